#include <twinsite/base/handle.hpp>

#include <unistd.h>

namespace twinsite {

void FileDescriptor::reset() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        descriptor_ = -1;
    }
}

} // namespace twinsite
