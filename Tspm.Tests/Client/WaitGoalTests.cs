using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Model.State;
using Tspm.Tests.Client.Output;

namespace Tspm.Tests.Client;

/// <summary>What <c>wait</c> makes of the state of one process.</summary>
[Timeout(10_000)]
internal sealed class WaitGoalTests
{
    [Test]
    [Arguments("", ProcessState.Online, WaitVerdict.Reached)]
    [Arguments("", ProcessState.Starting, WaitVerdict.Pending)]
    [Arguments("", ProcessState.Waiting, WaitVerdict.Pending)]
    [Arguments("", ProcessState.Errored, WaitVerdict.Impossible)]
    [Arguments("", ProcessState.Stopped, WaitVerdict.Impossible)]
    [Arguments("--for stopped", ProcessState.Stopped, WaitVerdict.Reached)]
    [Arguments("--for stopped", ProcessState.Stopping, WaitVerdict.Pending)]
    [Arguments("--for stopped", ProcessState.Online, WaitVerdict.Pending)]
    [Arguments("--for stopped", ProcessState.Errored, WaitVerdict.Impossible)]
    [Arguments("--for errored", ProcessState.Errored, WaitVerdict.Reached)]
    [Arguments("--for errored", ProcessState.Stopped, WaitVerdict.Impossible)]
    [Arguments("--for healthy", ProcessState.Online, WaitVerdict.Pending)]
    [Arguments("--for healthy", ProcessState.Errored, WaitVerdict.Impossible)]
    [Arguments("--log x", ProcessState.Online, WaitVerdict.Pending)]
    [Arguments("--log x", ProcessState.Stopped, WaitVerdict.Impossible)]
    [Arguments("--port 80", ProcessState.Online, WaitVerdict.Pending)]
    [Arguments("--port 80", ProcessState.Errored, WaitVerdict.Impossible)]
    public async Task A_state_decides(string flags, ProcessState state, WaitVerdict verdict, CancellationToken token) =>
        await Assert.That(Goal(flags).Judge(In(state), null, hasPrinted: false)).IsEqualTo(verdict);

    [Test]
    public async Task What_is_scheduled_may_still_come(CancellationToken token)
    {
        var job = In(ProcessState.Stopped) with { NextRunAt = DateTimeOffset.UnixEpoch };
        await Assert.That(Goal("").Judge(job, null, false)).IsEqualTo(WaitVerdict.Pending);
        await Assert.That(Goal("--for exited").Judge(job, null, false)).IsEqualTo(WaitVerdict.Pending);
    }

    [Test]
    public async Task An_exit_counts_if_it_is_new_or_nothing_runs(CancellationToken token)
    {
        var goal = Goal("--for exited");
        var ended = new LastRun
        {
            StartedAt = DateTimeOffset.UnixEpoch,
            EndedAt = DateTimeOffset.UnixEpoch,
            Cause = CauseCode.Exit,
        };
        var before = In(ProcessState.Online) with { Pid = 1, LastRun = ended };
        await Assert.That(goal.Judge(before, before, false)).IsEqualTo(WaitVerdict.Pending);
        var after = before with { LastRun = ended with { EndedAt = DateTimeOffset.UnixEpoch.AddSeconds(1) } };
        await Assert.That(goal.Judge(after, before, false)).IsEqualTo(WaitVerdict.Reached);
        await Assert.That(goal.Judge(before with { Pid = null }, before, false)).IsEqualTo(WaitVerdict.Reached);
    }

    [Test]
    public async Task Health_lines_and_ports_are_seen(CancellationToken token)
    {
        var online = In(ProcessState.Online);
        await Assert.That(Goal("--for healthy").Judge(online with { Health = true }, null, false))
            .IsEqualTo(WaitVerdict.Reached);
        await Assert.That(Goal("--for healthy").Judge(online with { Health = false }, null, false))
            .IsEqualTo(WaitVerdict.Pending);
        await Assert.That(Goal("--log x").Judge(online, null, true)).IsEqualTo(WaitVerdict.Reached);
        await Assert.That(Goal("--port 80").Judge(online with { Ports = [22, 80] }, null, false))
            .IsEqualTo(WaitVerdict.Reached);
    }

    static WaitGoal Goal(string flags) =>
        new(Argv.Parse(["wait", "web", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));

    static Tspm.Protocol.ProcessStatus In(ProcessState state) => SampleProcesses.Some(1)[0] with
    {
        State = state,
        Desired = state is ProcessState.Stopped or ProcessState.Stopping ? DesiredState.Down : DesiredState.Up,
        Pid = null,
        LastRun = null,
        NextRunAt = null,
        Health = null,
        Ports = null,
    };
}
