// libvirt's typed parameters, owned.
#pragma once

#include <libvirt/libvirt.h>

#include <cstdint>
#include <optional>
#include <string>

namespace twinsite::hypervisor {

class TypedParameters {
public:
    TypedParameters() = default;
    TypedParameters(const TypedParameters&) = delete;
    TypedParameters& operator=(const TypedParameters&) = delete;
    TypedParameters(TypedParameters&&) = delete;
    TypedParameters& operator=(TypedParameters&&) = delete;
    ~TypedParameters() { virTypedParamsFree(parameters_, count_); }

    void add(const char* name, const std::string& value) {
        virTypedParamsAddString(&parameters_, &count_, &capacity_, name, value.c_str());
    }
    void add(const char* name, int value) {
        virTypedParamsAddInt(&parameters_, &count_, &capacity_, name, value);
    }
    void add(const char* name, unsigned long long value) {
        virTypedParamsAddULLong(&parameters_, &count_, &capacity_, name, value);
    }

    [[nodiscard]] std::optional<int> integer(const char* name) const {
        int value = 0;
        return virTypedParamsGetInt(parameters_, count_, name, &value) == 1 ? std::optional(value)
                                                                            : std::nullopt;
    }
    [[nodiscard]] std::uint64_t number(const char* name) const {
        unsigned long long value = 0;
        return virTypedParamsGetULLong(parameters_, count_, name, &value) == 1 ? value : 0;
    }

    [[nodiscard]] virTypedParameterPtr get() const { return parameters_; }
    [[nodiscard]] unsigned size() const { return static_cast<unsigned>(count_); }
    virTypedParameterPtr* out() { return &parameters_; }
    int* count() { return &count_; }

private:
    virTypedParameterPtr parameters_ = nullptr;
    int count_ = 0;
    int capacity_ = 0;
};

} // namespace twinsite::hypervisor
