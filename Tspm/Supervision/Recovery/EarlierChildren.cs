using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Recovery;

/// <summary>Finds and adopts children that an earlier daemon started.</summary>
internal sealed class EarlierChildren(MachineServices services)
{
    /// <summary>Adopts the child of a record.</summary>
    /// <returns>Null if that process no longer exists.</returns>
    public IChild? Adopt(ChildRecord record) => services.System.Adopt(record.Pid, record.StartTicks);

    /// <summary>The environment from which a child's was built; empty if it cannot be read.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(int pid) =>
        ChildEnvironment.Kept(services.System.ReadEnvironment(pid));

    /// <summary>Whether a living process holds the output of a run.</summary>
    public bool IsHeld(string outFifo) => services.System.FindFifoHolder(outFifo) is not null;

    /// <summary>Finds the child of a run that was intended, without a record of whether it was started.</summary>
    /// <param name="run">The run.</param>
    /// <param name="intent">The run's record.</param>
    /// <param name="left">What the guardian has reaped.</param>
    /// <returns>
    /// Null if the child was not started; <see cref="EndedChild.Unidentified"/> if nobody can know whether it was.
    /// </returns>
    public IChild? Find(ChildRun run, ChildRecord intent, RecoveredState left)
    {
        if (intent.IntendedTicks == 0) return FindHolder(run);
        var trace = services.System.FindRun(intent.Mark);
        var holder = trace is null ? FindHolder(run) : null;
        // A process that was not found just now has been reaped, so once the guardian has answered its record is here.
        left.CatchUpAgain();
        var found = IntendedChild.From(new IntendedChildFacts
        {
            Trace = trace,
            HasHolder = holder is not null,
            Reaped = left.EndedBeforeRecorded(intent),
            MayHaveEnded = left.HasOutput(intent.RunId) && !left.HasWitness(intent, services.GuardianPid),
        });
        return found.Kind switch
        {
            IntendedChildKind.Holder => holder,
            IntendedChildKind.Marked => services.System.Adopt(found.Pid, found.StartTicks)
                ?? new EndedChild(found.Pid, found.StartTicks),
            IntendedChildKind.Reaped => new EndedChild(found.Pid, found.StartTicks),
            IntendedChildKind.Unidentified => EndedChild.Unidentified(),
            _ => null,
        };
    }

    IChild? FindHolder(ChildRun run) => services.System.FindFifoHolder(run.Streams.OutFifo) is { } holder
        ? services.System.Adopt(holder.Pid, holder.StartTicks) : null;

    /// <summary>
    /// Sets the mark of a run whose record has none (an older version started it, or the record was lost): the mark the
    /// child carries, or a new one.
    /// </summary>
    public void Mark(ChildRun run, IChild child)
    {
        if (run.Mark == RunMark.None)
            run.Mark = services.System.MarkTree(child.Pid, child.StartTicks, RunMark.New());
    }

    /// <summary>Kills the remaining hook processes of an instance without a child.</summary>
    /// <returns>True if none is left.</returns>
    public bool KillHooksOf(InstanceKey key) =>
        services.System.KillLeftovers(new TreeMark(0, key.Id, key.Instance)) == 0;
}
