// The kernel's target, LIO, through configfs: no targetcli, python or D-Bus.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/target/config_tree.hpp>
#include <twinsite/target/engine.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::target {

/// What a backing path is on this node.
struct Backing {
    enum class Kind { block, file };
    Kind kind = Kind::block;
    std::uint64_t bytes = 0;     ///< of a file
    std::string device_number{}; ///< "MAJOR:MINOR" of a block device
    std::string inode{};         ///< "DEVICE:INODE" of a file
};

/// Whether two paths lead to one device or one file.
bool same_storage(const Backing& a, const Backing& b);

/// Questions about this node besides configfs.
class BackingInspector {
public:
    BackingInspector() = default;
    BackingInspector(const BackingInspector&) = delete;
    BackingInspector& operator=(const BackingInspector&) = delete;
    virtual ~BackingInspector() = default;

    /// Errors: not_found, permission, conflict for what is neither a device nor a regular file.
    virtual Result<Backing> inspect(const std::string& path) = 0;
    /// Error conflict when somebody holds the block device PATH for himself: a file system, device
    /// mapper, LIO. Whatever else is wrong with it shows when it is opened.
    virtual Status check_free(const std::string& path) = 0;
    /// Who holds the block device PATH, in words; none: nobody was found, which proves nothing.
    virtual std::vector<std::string> holders(const std::string& path) = 0;
};

class SystemBackingInspector final : public BackingInspector {
public:
    Result<Backing> inspect(const std::string& path) override;
    Status check_free(const std::string& path) override;
    std::vector<std::string> holders(const std::string& path) override;
};

/// Whether LIO can be asked.
enum class LioState {
    absent, ///< its core is not loaded: it exports nothing
    ready,
    hidden, ///< loaded, but configfs is not mounted: what it exports cannot be seen
};

/// The kernel's side: modules and the file system that shows them.
class LioSupport {
public:
    LioSupport() = default;
    LioSupport(const LioSupport&) = delete;
    LioSupport& operator=(const LioSupport&) = delete;
    virtual ~LioSupport() = default;

    virtual LioState state() = 0;
    /// Load LIO and the iSCSI fabric, mount configfs. Error not_installed names the module.
    virtual Status prepare() = 0;
    /// Mount configfs.
    virtual Status reveal() = 0;
};

class SystemLioSupport final : public LioSupport {
public:
    SystemLioSupport(process::CommandRunner& runner, const Deadline& deadline)
        : runner_(runner)
        , deadline_(deadline) {}

    LioState state() override;
    Status prepare() override;
    Status reveal() override;

private:
    process::CommandRunner& runner_;
    Deadline deadline_;
};

/// Whether this kernel has LIO and its iSCSI fabric: loaded, built in, or as modules it can load.
bool kernel_offers_lio();

/// Where the kernel shows LIO.
inline constexpr std::string_view lio_root = "/sys/kernel/config/target";

class Lio final : public Engine {
public:
    /// DEADLINE is the action's; a start waits until then at most, and far shorter as a rule.
    Lio(ConfigTree& tree, BackingInspector& inspector, LioSupport& support, Clock& clock,
        const Deadline& deadline)
        : tree_(tree)
        , inspector_(inspector)
        , support_(support)
        , clock_(clock)
        , deadline_(deadline) {}

    [[nodiscard]] std::string_view name() const override { return "lio"; }
    Result<Exported> observe(const Specification& wanted) override;
    Status start(const Specification& wanted, const Progress& progress) override;
    Status stop(std::string_view iqn, const Progress& progress) override;

private:
    Status clear(std::string_view iqn, const Progress& progress);

    ConfigTree& tree_;
    BackingInspector& inspector_;
    LioSupport& support_;
    Clock& clock_;
    Deadline deadline_;
};

} // namespace twinsite::target
