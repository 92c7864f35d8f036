# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by packaging/run and packaging/test: what is needed from Debian, and how it is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages_build=(build-essential cmake ninja-build pkg-config
  qt6-base-dev qt6-svg-dev libqcustomplot-dev libsqlite3-dev
  libdnnl-dev ocl-icd-opencl-dev libonnx-dev libprotobuf-dev protobuf-compiler
  libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libicu-dev zlib1g-dev libfmt-dev libssl-dev
  fonts-open-sans fonts-dejavu-core)
packages_speed=(ccache)
packages_test=(libonnx-testdata)

say() { printf '%s\n' "-- $*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "These packages are missing and only root can install them: $*" >&2
    exit 1
  fi
}

# install_packages NAME...: only what is missing, and nothing at all when nothing is.
install_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -q '^installed$' || missing+=("$name")
  done
  if [ ${#missing[@]} = 0 ]; then
    return
  fi
  say "Installing from Debian: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y \
    --no-install-recommends "${missing[@]}" >/dev/null
}

# build TARGET...: configures once, builds what changed.
build() {
  if [ ! -f build/release/build.ninja ]; then
    say "Configuring in build/release"
    cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log >&2; exit 1; }
    rm -f build-configure.log
  fi
  say "Building"
  cmake --build --preset release --target "$@"
}
