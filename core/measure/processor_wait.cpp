// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/processor_wait.h"

#include <filesystem>
#include <fstream>

namespace octet::measure {

double processorWaitMs()
{
    double nanoseconds = 0;
    std::error_code none;
    for (std::filesystem::directory_iterator task("/proc/self/task", none), end; !none && task != end; task.increment(none)) {
        std::ifstream file(task->path() / "schedstat");
        double ran = 0, waited = 0;
        if (file >> ran >> waited)
            nanoseconds += waited;
    }
    return nanoseconds / 1e6;
}

} // namespace octet::measure
