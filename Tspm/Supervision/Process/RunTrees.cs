using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Recovery;

namespace Tspm.Supervision.Process;

/// <summary>
/// Tells the processes of a run's tree apart while a process has two children, or leftovers are being stopped.
/// </summary>
internal sealed class RunTrees(IInstance process)
{
    ChildRun? Other => process.Replacing?.Run;

    /// <summary>How to recognise the leftovers of a run.</summary>
    /// <returns>
    /// Null while the preStart hook of a reload runs, because its processes carry the same variables.
    /// </returns>
    public TreeMark? MarkOf(ChildRun run)
    {
        if (process.Replacing is { Phase: ReplacementPhase.Preparing }) return null;
        var other = Other == run ? process.RecordedRun : Other;
        return new TreeMark(run.Child!.Pid, process.Key.Id, process.Key.Instance)
        {
            StartTicks = run.Child.StartTicks,
            Run = run.Mark,
            // Both trees have the same variables: processes without a mark that may belong to the other run are left to
            // its clean-up.
            OtherStartTicks = other?.Child?.StartTicks,
            Fifos = other is null ? [] : [run.Streams.OutFifo, run.Streams.ErrFifo],
        };
    }

    /// <summary>
    /// Nothing replaces the current child before the second one is gone; the last check finds every leftover.
    /// </summary>
    public bool MayFinish(ChildRun run) => Other == run || process.Replacing is null;

    /// <summary>The second child is gone: rechecks the leftovers that had to wait for that.</summary>
    public void Recheck()
    {
        if (process.State.Phase == LifecyclePhase.Sweeping) process.Ended?.EndingSoFar?.Recheck();
    }

    /// <summary>Called when the guardian has reaped a process.</summary>
    /// <returns>True if it was an adopted child of this process.</returns>
    public bool ApplyGuardianRecord(GuardianRecord record) =>
        process.Current?.ApplyGuardianRecord(record) == true || Other?.ApplyGuardianRecord(record) == true;

    /// <summary>Another process has ended; it may be one of the leftovers.</summary>
    public void OnOrphanReaped(int pid)
    {
        if (process.State.Phase == LifecyclePhase.Sweeping) process.Ended?.EndingSoFar?.OnReaped(pid);
        Other?.EndingSoFar?.OnReaped(pid);
    }
}
