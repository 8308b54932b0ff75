// Owners for what C hands out.
#pragma once

#include <memory>
#include <utility>

namespace twinsite {

/// Deleter for a C handle: std::unique_ptr<virDomain, CDeleter<virDomainFree>>.
template <auto Release>
struct CDeleter {
    template <typename T>
    void operator()(T* handle) const {
        static_cast<void>(Release(handle));
    }
};

template <typename T, auto Release>
using CHandle = std::unique_ptr<T, CDeleter<Release>>;

/// A file descriptor that is closed with its owner. -1 is none.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor)
        : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        if (this != &other) {
            reset();
            descriptor_ = std::exchange(other.descriptor_, -1);
        }
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() { reset(); }

    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] bool valid() const { return descriptor_ >= 0; }
    void reset();

private:
    int descriptor_ = -1;
};

/// Runs FUNCTION when the scope is left.
template <typename Function>
class ScopeExit {
public:
    explicit ScopeExit(Function function)
        : function_(std::move(function)) {}
    ScopeExit(const ScopeExit&) = delete;
    ScopeExit& operator=(const ScopeExit&) = delete;
    ScopeExit(ScopeExit&&) = delete;
    ScopeExit& operator=(ScopeExit&&) = delete;
    ~ScopeExit() { function_(); }

private:
    Function function_;
};

} // namespace twinsite
