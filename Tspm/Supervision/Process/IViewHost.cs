using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>An instance as seen by the publisher of its snapshots.</summary>
internal interface IViewHost : IChildHost
{
    /// <summary>Why the last spawn failed; null if it did not.</summary>
    SpawnFailure? LastSpawnFailure { get; }
}
