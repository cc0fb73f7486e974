using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Recovery;

/// <summary>Asks the system for children that an earlier daemon has started, and takes them over.</summary>
internal sealed class EarlierChildren(MachineServices services)
{
    /// <summary>The child of a record. Null: no such process is there any more.</summary>
    public IChild? Adopt(ChildRecord record) => services.System.Adopt(record.Pid, record.StartTicks);

    /// <summary>The environment on which that of a child was built; empty: it cannot be read.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(int pid) =>
        ChildEnvironment.Kept(services.System.ReadEnvironment(pid));

    /// <summary>A living process holds the output of a run.</summary>
    public bool IsHeld(string outFifo) => services.System.FindFifoHolder(outFifo) is not null;

    /// <summary>The child of a run that was intended, when nobody wrote down whether it was started.</summary>
    /// <param name="run">The run.</param>
    /// <param name="intent">Its record.</param>
    /// <param name="left">What the guardian has reaped.</param>
    /// <returns>
    /// Null: it was not started. Where nobody can know whether it was: <see cref="EndedChild.Unidentified"/>.
    /// </returns>
    public IChild? Find(ChildRun run, ChildRecord intent, RecoveredState left)
    {
        if (intent.IntendedTicks == 0) return FindHolder(run);
        var trace = services.System.FindRun(intent.Mark);
        var holder = trace is null ? FindHolder(run) : null;
        // What was not there just now has been reaped: then its record is there when the guardian has answered.
        left.CatchUpAgain();
        var found = IntendedChild.Of(new IntendedChildFacts
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
    /// A run without a mark on record was started by an older version, or its record was lost: it gets one, or its
    /// child tells the one that it carries.
    /// </summary>
    public void Mark(ChildRun run, IChild child)
    {
        if (run.Mark == RunMark.None)
            run.Mark = services.System.MarkTree(child.Pid, child.StartTicks, RunMark.New());
    }

    /// <summary>Kills what is left of hooks of an instance without a child. True: nothing is.</summary>
    public bool KillHooksOf(InstanceKey key) =>
        services.System.KillLeftovers(new TreeMark(0, key.Id, key.Instance)) == 0;
}
