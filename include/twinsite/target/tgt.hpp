// tgt, the target in user space: through its daemon's control socket, so that no secret is ever in
// an argument vector. Works on kernels without LIO.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/target/engine.hpp>
#include <twinsite/target/lio.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace twinsite::target {

/// One management request, in tgt 1.0's terms (usr/tgtadm.h).
struct TgtRequest {
    enum class Operation : std::uint32_t {
        create = 0,
        remove = 1,
        show = 2,
        bind = 3,
        unbind = 4,
        update = 5
    };
    enum class Mode : std::uint32_t {
        target = 1,
        device = 2,
        portal = 3,
        connection = 6,
        account = 7
    };

    Mode mode = Mode::target;
    Operation operation = Operation::show;
    std::int32_t target = -1; ///< all
    std::uint64_t session = 0;
    std::uint64_t lun = 0;
    std::uint32_t connection = 0;
    bool outgoing = false; ///< of an account
    bool force = false;
    std::string parameters{};
};

/// The daemon. Errors of ask(): not_found when it does not run, timeout, protocol, and for what the
/// daemon refused: not_found, conflict or internal with the daemon's reason.
class TgtDaemon {
public:
    TgtDaemon() = default;
    TgtDaemon(const TgtDaemon&) = delete;
    TgtDaemon& operator=(const TgtDaemon&) = delete;
    virtual ~TgtDaemon() = default;

    virtual Result<bool> runs() = 0;
    virtual Result<std::string> ask(const TgtRequest& request) = 0;
    /// Another text for a daemon that was started anew; "" when it cannot be told.
    virtual std::string incarnation() = 0;
};

class TgtSocket final : public TgtDaemon {
public:
    TgtSocket(std::filesystem::path socket, const Deadline& deadline)
        : socket_(std::move(socket))
        , deadline_(deadline) {}

    Result<bool> runs() override;
    Result<std::string> ask(const TgtRequest& request) override;
    std::string incarnation() override;

private:
    std::filesystem::path socket_;
    Deadline deadline_;
};

inline constexpr std::string_view tgt_socket = "/run/tgtd/socket.0";

/// How tgt opens a backing path.
struct TgtBacking {
    std::string type = "rdwr"; ///< or aio
    std::string flags{};       ///< "", sync, direct or sync:direct; "": chosen by what the path is
};

class Tgt final : public Engine {
public:
    /// DEADLINE is the action's: until then a stop waits for I/O in flight. FOLDER is the node's,
    /// for all targets: what they have to agree on.
    Tgt(TgtDaemon& daemon, BackingInspector& inspector, Clock& clock, const Deadline& deadline,
        TgtBacking backing, std::filesystem::path folder)
        : daemon_(daemon)
        , inspector_(inspector)
        , clock_(clock)
        , deadline_(deadline)
        , backing_(std::move(backing))
        , folder_(std::move(folder)) {}

    [[nodiscard]] std::string_view name() const override { return "tgt"; }
    Result<Exported> observe(const Specification& wanted) override;
    Status start(const Specification& wanted, const Progress& progress) override;
    Status stop(std::string_view iqn, const Progress& progress) override;

private:
    TgtDaemon& daemon_;
    BackingInspector& inspector_;
    Clock& clock_;
    Deadline deadline_;
    TgtBacking backing_;
    std::filesystem::path folder_;
};

/// What tgt cannot do of WANTED. Error invalid_config.
Status check_for_tgt(const Specification& wanted);

} // namespace twinsite::target
