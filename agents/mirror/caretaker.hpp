// What a monitor does besides looking: it keeps the mirror's memory true, tells the cluster of a
// split brain, and removes what earlier trouble left behind.
#pragma once

#include "agents/mirror/folders.hpp"
#include "agents/mirror/promotion_score.hpp"
#include "agents/mirror/split_watch.hpp"
#include "agents/mirror/verify_plan.hpp"

#include <twinsite/mirror/contact.hpp>
#include <twinsite/mirror/decision.hpp>
#include <twinsite/mirror/memory.hpp>
#include <twinsite/process/command.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace twinsite::mirror {

class Caretaker {
public:
    Caretaker() = default;
    Caretaker(const Caretaker&) = delete;
    Caretaker& operator=(const Caretaker&) = delete;
    virtual ~Caretaker() = default;

    /// Returns what an admin must know beyond the assessment, the worst first: a split brain, what
    /// a verify run found, a thin pool that fills up, a link that flaps. Never fails: what could
    /// not be done is logged.
    virtual std::vector<std::string> look_after(const Observation& seen, const Assessment& now,
                                                const Deadline& deadline) = 0;
    /// Pacemaker keeps the reason it got first while the exit code stays the same. True once when
    /// REASON is a split brain or standing I/O and the last one told was not, and when I/O goes on:
    /// then the code has to change.
    virtual bool must_be_told_anew(const std::string& reason) = 0;
    /// Why this unpromoted side waits for the operator before it is promoted: a split brain that
    /// nobody has resolved. "" when it does not.
    virtual std::string held_back(const Observation& seen, const Deadline& deadline) = 0;
    /// The mirror is stopped: what the cluster was told of it no longer holds.
    virtual void withdraw(const Deadline& deadline) = 0;
    virtual void note_role(Role role, const Deadline& deadline) = 0;
    /// An unpromoted side keeps when it was last connected, and which role the peer had then. What
    /// is seen without a connection changes nothing: the peer may go on writing.
    virtual void note_contact(const Observation& seen) = 0;
    /// Why DRBD's fence handler last refused, and forget it. "" when it did not.
    virtual std::string take_refusal() = 0;
    /// What the kernel was given at the start; false from knows_options() when that is not known.
    virtual void note_options(const Options& options) = 0;
    [[nodiscard]] virtual bool knows_options() const = 0;
};

/// What to look at, and when to speak.
struct CarePlan {
    VerifyPlan verify{};
    unsigned pool_warn = 80;           ///< percent
    unsigned pool_alarm = 95;          ///< percent
    std::uint64_t most_behind_kib = 0; ///< protocol A: how far the peer may be behind; 0: any
};

std::filesystem::path contact_file(const Folders& folders, std::string_view resource);
std::filesystem::path refusal_file(const Folders& folders, std::string_view resource);
Result<Contact> read_contact(const Folders& folders, std::string_view resource);

/// What the link watcher noted last, in RUN/RESOURCE.link.
struct LinkNote {
    std::string state; ///< up, flapping, lost; "" when nobody watches
    std::string losses;
    /// Tells this unbroken connection from every other; "" when that is not known. It begins with
    /// the watcher's process id: what a predecessor noted says nothing.
    std::string mark;
};

std::filesystem::path link_file(const Folders& folders, std::string_view resource);
/// The watcher's lock, with its process id.
std::filesystem::path watcher_file(const Folders& folders, std::string_view resource);
LinkNote read_link(const Folders& folders, std::string_view resource);
Status write_link(const Folders& folders, std::string_view resource, const LinkNote& note,
                  UnixTime at);

std::filesystem::path options_file(const Folders& folders, std::string_view resource);
Status write_contact(const Folders& folders, std::string_view resource, const Contact& contact);

/// The node attribute that shows a split brain to the cluster: mirror-split-RESOURCE.
std::string split_attribute(std::string_view resource);
/// up, flapping or lost: mirror-link-RESOURCE.
std::string link_attribute(std::string_view resource);
/// green or yellow, for Pacemaker's node-health-strategy: #health-mirror-RESOURCE.
std::string health_attribute(std::string_view resource);
/// Protocol A: KiB that the peer does not have yet: mirror-behind-RESOURCE.
std::string behind_attribute(std::string_view resource);
/// "DETECTED GENERATION ROLE KIB [ANCESTOR [ROLE@TIME,...]]", for `twinsite status`; ANCESTOR is
/// "unknown" when only the last is known.
std::string split_attribute_value(const SplitBrain& split,
                                  const std::vector<RoleChange>& roles = {});

class LocalCaretaker final : public Caretaker {
public:
    using WallClock = std::function<UnixTime()>;

    LocalCaretaker(std::string resource, Folders folders, process::CommandRunner& runner,
                   Clock& clock, WallClock now, CarePlan plan = {});

    std::vector<std::string> look_after(const Observation& seen, const Assessment& now,
                                        const Deadline& deadline) override;
    bool must_be_told_anew(const std::string& reason) override;
    std::string held_back(const Observation& seen, const Deadline& deadline) override;
    void withdraw(const Deadline& deadline) override;
    void note_role(Role role, const Deadline& deadline) override;
    void note_contact(const Observation& seen) override;
    std::string take_refusal() override;
    void note_options(const Options& options) override;
    [[nodiscard]] bool knows_options() const override;

private:
    std::string split_brain_worry(const Memory& memory, const Observation& seen,
                                  const Deadline& deadline);
    std::string show_split_brain(SplitBrain split, const Memory& memory, const Observation& seen,
                                 const Deadline& deadline);
    bool loss_is_accepted(const Deadline& deadline);
    std::string verify_worry(Memory memory, const Observation& seen, const Assessment& now,
                             const Deadline& deadline);
    std::string pool_worry(const Options& options) const;
    std::string link_worry(const Observation& seen) const;
    void tell_users(const Observation& seen, const std::string& pool);
    std::string behind_worry(const Options& options, const Observation& seen,
                             const Deadline& deadline);
    [[nodiscard]] Options noted_options() const;
    void forget_behind(const Deadline& deadline);
    void tell(const std::string& attribute, const std::string& value, const Deadline& deadline);
    void clean_up(const Memory& memory, const Deadline& deadline);
    void remember(const std::function<void(Memory&)>& change, const Deadline& deadline);

    std::string resource_;
    Folders folders_;
    MemoryFile memory_;
    process::CommandRunner& runner_;
    Clock& clock_;
    WallClock now_;
    CarePlan plan_;
    SplitWatch split_watch_;
};

} // namespace twinsite::mirror
