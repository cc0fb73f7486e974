namespace Tspm.Supervision;

/// <summary>An instance as its journal sees it.</summary>
internal interface IJournalHost : IInstance
{
    ProcessFacts Facts { get; }
}
