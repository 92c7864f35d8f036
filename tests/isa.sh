#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The program starts and works on a CPU with AVX2 only. Usage: isa.sh BUILD_DIR. Looks into the object files:
#   - wide instructions lie only in the files that are compiled for them, and no wider ones than the file's name says;
#   - whatever the linker may merge with a copy from elsewhere (weak symbols: inline functions, templates) lies in the
#     ISA's own namespace there, or the copy that is kept for everybody could be the wide one;
#   - nothing of those files runs when the program starts (constructors of global objects).
# Leaves with 77 (skipped) where nm or objdump are missing.
set -u
cd "$1" || exit 2
for tool in nm objdump readelf; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool (binutils)"; exit 77; }
done
shopt -s globstar nullglob
kernels=(core/CMakeFiles/octet-core.dir/**/*_{avx2,avx512,vnni,bf16,amx}.cpp.o)
others=(core/**/*.o app/**/*.o widgets/**/*.o)
[ ${#kernels[@]} -gt 0 ] || { echo "No kernels found in $1."; exit 2; }
violations=0

complain() {
  echo "$1"
  violations=$((violations + 1))
}

# A regex of instructions and registers, as objdump prints them, that an ISA does not have.
beyond() {
  local tiles='%tmm|\t(tdp|tile|ldtilecfg|sttilecfg)' bytes='\tvpdp(bus|wss)' halves='\tv(dp|cvtne2?ps2)bf16' wide='%zmm|%[xy]mm(1[6-9]|2[0-9]|3[01])\b|%k[0-7]\b'
  case $1 in
    none) echo "$tiles|$bytes|$halves|$wide|\tv[a-z0-9]+ +.*%[xy]mm|\tvzero" ;;
    avx2) echo "$tiles|$bytes|$halves|$wide" ;;
    avx512) echo "$tiles|$bytes|$halves" ;;
    vnni) echo "$tiles|$halves" ;;
    bf16) echo "$tiles|$bytes" ;;
    amx) echo '^$' ;;
  esac
}

# instructions OBJECT ISA
instructions() {
  local found
  found=$(objdump -d --no-show-raw-insn "$1" | grep -m1 -P "$(beyond "$2")")
  [ -z "$found" ] || complain "$1 has instructions beyond ${2/none/the base of x86-64}: $found"
}

for object in "${kernels[@]}"; do
  isa=${object##*_}
  isa=${isa%.cpp.o}
  while read -r name; do
    # DW.ref.*: data that unwinding reads.
    [[ $name == *6engine${#isa}${isa}* || $name == DW.ref.* ]] ||
      complain "$object offers $(c++filt "$name") to other files; put it into namespace OCTET_ISA"
  done < <(nm "$object" | awk '$(NF-1) ~ /^[WVu]$/ { print $NF }')
  readelf -SW "$object" | grep -qE '\.(init_array|ctors)' && complain "$object runs code when the program starts"
  instructions "$object" "$isa"
done
for object in "${others[@]}"; do
  [[ $object =~ _(avx2|avx512|vnni|bf16|amx)\.cpp\.o$ ]] || instructions "$object" none
done
[ "$violations" = 0 ] || { echo "$violations violations"; exit 1; }
echo "${#kernels[@]} files of kernels keep to their ISA, ${#others[@]} files in all."
