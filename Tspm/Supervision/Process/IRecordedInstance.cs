namespace Tspm.Supervision.Process;

/// <summary>An instance as seen by the parts that need its run record.</summary>
internal interface IRecordedInstance : IJournalHost
{
    RunJournal Journal { get; }
}
