using Tspm.Supervision.Facts;

namespace Tspm.Supervision.Process;

/// <summary>An instance as seen by its journal.</summary>
internal interface IJournalHost : IInstance
{
    ProcessFacts Facts { get; }
}
