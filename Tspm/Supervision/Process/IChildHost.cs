using Tspm.Supervision.Hooks;

namespace Tspm.Supervision.Process;

/// <summary>An instance as seen by the parts that start children and handle their events.</summary>
internal interface IChildHost : IRecordedInstance
{
    ProcessNarrator Narrator { get; }

    ChildRunFactory Runs { get; }

    BlockingHook Hook { get; }

    /// <summary>See <see cref="SupervisedProcess.DropCurrent"/>.</summary>
    void DropCurrent();

    /// <summary>See <see cref="SupervisedProcess.EndCurrent"/>.</summary>
    void EndCurrent(ChildRun run);
}
