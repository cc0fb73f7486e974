using Tspm.Platform;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Recovery;

namespace Tspm.Supervision.Process;

/// <summary>
/// Whose processes are whose, while a process has two children or what they left behind is being ended.
/// </summary>
internal sealed class RunTrees(IInstance process)
{
    ChildRun? Other => process.Replacing?.Run;

    /// <summary>How to recognise what a run left behind.</summary>
    /// <returns>
    /// Null: not while the preStart hook of a reload runs, whose processes carry the same variables.
    /// </returns>
    public TreeMark? MarkOf(ChildRun run)
    {
        if (process.Replacing is { Phase: ReplacementPhase.Preparing }) return null;
        var other = Other == run ? process.RecordedRun : Other;
        return new TreeMark(run.Child!.Pid, process.Key.Id, process.Key.Instance)
        {
            StartTicks = run.Child.StartTicks,
            Run = run.Mark,
            // Both have the same variables: processes without a mark that may be the other one's are left to its
            // clean-up.
            OtherStartTicks = other?.Child?.StartTicks,
            Fifos = other is null ? [] : [run.Streams.OutFifo, run.Streams.ErrFifo],
        };
    }

    /// <summary>
    /// Nothing is started in the place of the first child before a second one is gone; the last look finds all.
    /// </summary>
    public bool MayFinish(ChildRun run) => Other == run || process.Replacing is null;

    /// <summary>A second child is gone: whoever waits for that looks again.</summary>
    public void LookAgain()
    {
        if (process.State.Phase == LifecyclePhase.Sweeping) process.Ended?.EndingSoFar?.LookAgain();
    }

    /// <summary>The guardian reaped a process. True: it was an adopted child of this process.</summary>
    public bool TakeGuardianRecord(GuardianRecord record) =>
        process.Current?.TakeGuardianRecord(record) == true || Other?.TakeGuardianRecord(record) == true;

    /// <summary>Another process of the machine has ended: it may be one that is waited for.</summary>
    public void OnOrphanReaped(int pid)
    {
        if (process.State.Phase == LifecyclePhase.Sweeping) process.Ended?.EndingSoFar?.OnReaped(pid);
        Other?.EndingSoFar?.OnReaped(pid);
    }
}
