namespace Tspm.Tests.Systemd;

/// <summary>
/// The boot service under a real, booted systemd; see <see cref="BootedSystem"/>. What each case does stands in
/// cases.sh under its name.
/// </summary>
[Timeout(720_000), NotInParallel("systemd")]
public class BootedSystemTests
{
    [Test]
    [Arguments("a_running_daemon_is_handed_over_by_enable")]
    [Arguments("the_status_reaches_systemd")]
    [Arguments("systemd_reads_the_unit_as_it_is_meant")]
    [Arguments("enable_may_be_repeated")]
    [Arguments("a_unit_that_was_changed_is_not_overwritten")]
    [Arguments("a_daemon_killed_by_systemctl_leaves_all_running")]
    [Arguments("new_processes_get_cgroups_of_their_own")]
    [Arguments("daemon_stop_goes_through_systemd_and_a_verb_starts_the_service_again")]
    [Arguments("reload_upgrades_and_keeps_the_children")]
    [Arguments("a_frozen_daemon_is_ended_by_the_watchdog_and_its_successor_adopts")]
    [Arguments("stop_takes_the_children_down_in_time")]
    [Arguments("a_child_killed_for_memory_does_not_take_the_unit_down")]
    [Arguments("the_end_of_the_last_session_ends_nothing")]
    [Arguments("the_first_command_starts_the_daemon_of_a_socket")]
    [Arguments("a_running_daemon_is_handed_over_to_a_socket_and_back")]
    [Arguments("root_enables_the_instance_of_the_machine")]
    [Arguments("root_enables_the_service_of_another_account")]
    [Arguments("analyze_finds_nothing_wrong")]
    [Arguments("what_was_up_is_up_after_a_restart_of_the_machine")]
    [Arguments("disable_leaves_nothing")]
    public async Task In_a_booted_system(string name, CancellationToken cancellation) =>
        await Assert.That(await BootedSystem.Case(name)).IsEqualTo("PASS");
}
