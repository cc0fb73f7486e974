using Tspm.Supervision.Facts;

namespace Tspm.Supervision.Process;

/// <summary>An instance as its journal sees it.</summary>
internal interface IJournalHost : IInstance
{
    ProcessFacts Facts { get; }
}
