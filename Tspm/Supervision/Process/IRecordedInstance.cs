namespace Tspm.Supervision.Process;

/// <summary>An instance as the parts see it that need what is on record.</summary>
internal interface IRecordedInstance : IJournalHost
{
    RunJournal Journal { get; }
}
