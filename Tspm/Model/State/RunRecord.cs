using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>
/// The data that the next daemon needs to continue supervising one instance if this daemon dies. It is kept under
/// <c>run/</c> and replaced as a whole at every change of state: before the change takes effect (intent) and after it
/// (pid). It is not fsynced, because it must survive processes, not the machine: after a reboot the boot id differs,
/// and only the counters are used. Format 2 has a part that is common to all runs, the current child, and the
/// replacement child during a reload. Format 1 (<see cref="RunRecordV1"/>) is read as well.
/// </summary>
internal sealed record RunRecord
{
    /// <summary>
    /// Grows when an older version can no longer make sense of a record. An upgrade to such a version is refused.
    /// </summary>
    public const int CurrentFormat = 2;

    /// <summary>The format. It comes first in the text; a record of format 1 does not have it.</summary>
    public int Format { get; init; } = CurrentFormat;

    public ProcessRecord Common { get; init; } = new();

    /// <summary>
    /// The current run or, while its leftover processes are being stopped, the last one. Null if there is none.
    /// </summary>
    public ChildRecord? Current { get; init; }

    /// <summary>The replacement child during a reload. Null if there is none.</summary>
    public ChildRecord? Replacement { get; init; }

    /// <summary>The number of the newest run, those of reloads included; 0 if the process never ran.</summary>
    [JsonIgnore]
    public ulong NewestRun =>
        Math.Max(Common.LastRunId, Math.Max(Current?.RunId ?? 0, Replacement?.RunId ?? 0));

    /// <summary>Whether a child may be running: one was started, or about to be, in this boot.</summary>
    public bool MayLive(string bootId) =>
        Common.BootId == bootId && Common.Phase is not ("Stopped" or "Errored");
}
