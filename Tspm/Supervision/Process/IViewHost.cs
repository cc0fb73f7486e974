using Tspm.Model.State;

namespace Tspm.Supervision.Process;

/// <summary>An instance as the maker of its snapshots sees it.</summary>
internal interface IViewHost : IChildHost
{
    /// <summary>Why the last spawn came to nothing; null: it did not.</summary>
    SpawnFailure? LastSpawnFailure { get; }
}
