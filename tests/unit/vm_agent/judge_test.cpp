#include "agents/vm/judge.hpp"

#include <gtest/gtest.h>

namespace twinsite::vm {
namespace {

using hypervisor::DomainState;
using hypervisor::Job;
using hypervisor::PauseReason;
using ocf::ExitCode;

Observation active(DomainState state, PauseReason pause = PauseReason::none, Job job = Job::none) {
    Observation seen;
    seen.daemon = Answer::present;
    seen.domain = {.identity = {"rot", ""}, .state = state, .pause = pause, .job = job};
    return seen;
}

Observation silent(Answer process, char state = 'S') {
    Observation seen;
    seen.daemon_error = "libvirt did not answer";
    seen.process = process;
    seen.guest_process = {.pid = 42, .state = state};
    return seen;
}

Observation inactive(Answer daemon, Answer process) {
    Observation seen = active(DomainState::shut_off);
    seen.daemon = daemon;
    seen.process = process;
    seen.guest_process = {.pid = 42, .state = 'S'};
    return seen;
}

struct Row {
    const char* name;
    Observation seen;
    Verdict verdict;
    ExitCode code;
    bool resumable = false;
};

class Judge : public ::testing::TestWithParam<Row> {};

TEST_P(Judge, gives_each_state_its_own_answer) {
    const Judgement judgement = judge(GetParam().seen);
    EXPECT_EQ(judgement.verdict, GetParam().verdict);
    EXPECT_EQ(judgement.resumable, GetParam().resumable);
    const auto outcome = outcome_of(judgement);
    EXPECT_EQ(outcome.code, GetParam().code);
    const bool quiet = outcome.code == ExitCode::success || outcome.code == ExitCode::not_running;
    EXPECT_TRUE(quiet || !outcome.reason.empty());
}

Observation frozen() {
    Observation seen = active(DomainState::running);
    seen.process = Answer::present;
    seen.guest_process = {.pid = 42, .state = 'T'};
    return seen;
}

Observation with_memory(hypervisor::Memory memory) {
    Observation seen = active(DomainState::running);
    seen.domain.memory = memory;
    return seen;
}

Observation left_by_a_start() {
    Observation seen = active(DomainState::paused, PauseReason::user);
    seen.domain.unstarted = true;
    return seen;
}

INSTANTIATE_TEST_SUITE_P(
    Each, Judge,
    ::testing::Values(
        Row{"running", active(DomainState::running), Verdict::healthy, ExitCode::success},
        Row{"frozen_process", frozen(), Verdict::failed, ExitCode::error},
        Row{"paused_by_io_error", active(DomainState::paused, PauseReason::io_error),
            Verdict::degraded, ExitCode::degraded, true},
        Row{"paused_by_admin", active(DomainState::paused, PauseReason::user), Verdict::degraded,
            ExitCode::degraded},
        Row{"left_paused_by_a_start", left_by_a_start(), Verdict::failed, ExitCode::error},
        Row{"paused_for_snapshot", active(DomainState::paused, PauseReason::saving),
            Verdict::settling, ExitCode::error},
        Row{"snapshot_under_way", active(DomainState::paused, PauseReason::saving, Job::saving),
            Verdict::degraded, ExitCode::degraded},
        Row{"paused_for_a_snapshot_that_does_not_tell",
            active(DomainState::paused, PauseReason::saving, Job::silent), Verdict::settling,
            ExitCode::error},
        Row{"migrating_in", active(DomainState::paused, PauseReason::migration, Job::migration_in),
            Verdict::settling, ExitCode::error},
        Row{"migrating_in_without_a_word",
            active(DomainState::paused, PauseReason::migration, Job::silent), Verdict::settling,
            ExitCode::error},
        Row{"migrating_out",
            active(DomainState::paused, PauseReason::migration, Job::migration_out),
            Verdict::settling, ExitCode::error},
        Row{"post_copy_broke", active(DomainState::paused, PauseReason::post_copy_failed),
            Verdict::failed, ExitCode::error},
        Row{"post_copy_broke_and_it_runs", with_memory(hypervisor::Memory::lost), Verdict::failed,
            ExitCode::error},
        Row{"post_copy_is_under_way", with_memory(hypervisor::Memory::arriving), Verdict::degraded,
            ExitCode::degraded},
        Row{"panicked", active(DomainState::paused, PauseReason::guest_panicked), Verdict::failed,
            ExitCode::error},
        Row{"crashed", active(DomainState::crashed), Verdict::failed, ExitCode::error},
        Row{"asleep", active(DomainState::suspended), Verdict::degraded, ExitCode::degraded},
        Row{"going_down", active(DomainState::shutting_down), Verdict::settling, ExitCode::error},
        Row{"unheard_of", active(DomainState::unknown), Verdict::unknown, ExitCode::error},
        Row{"defined_and_off", inactive(Answer::present, Answer::absent), Verdict::stopped,
            ExitCode::not_running},
        Row{"no_domain", inactive(Answer::absent, Answer::absent), Verdict::stopped,
            ExitCode::not_running},
        Row{"no_domain_of_a_driver_without_processes", inactive(Answer::absent, Answer::silent),
            Verdict::stopped, ExitCode::not_running},
        Row{"process_without_domain", inactive(Answer::absent, Answer::present), Verdict::failed,
            ExitCode::error},
        Row{"process_of_a_domain_that_is_off", inactive(Answer::present, Answer::present),
            Verdict::failed, ExitCode::error},
        Row{"daemon_silent_process_runs", silent(Answer::present), Verdict::degraded,
            ExitCode::degraded},
        Row{"daemon_silent_process_frozen", silent(Answer::present, 'T'), Verdict::failed,
            ExitCode::error},
        Row{"daemon_silent_no_process", silent(Answer::absent), Verdict::stopped,
            ExitCode::not_running},
        Row{"nobody_says_anything", silent(Answer::silent), Verdict::unknown, ExitCode::error}),
    [](const auto& each) { return each.param.name; });

} // namespace
} // namespace twinsite::vm
