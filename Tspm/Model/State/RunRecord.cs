using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>
/// What the next daemon needs to go on with one instance after this one died: kept under <c>run/</c>, replaced whole at
/// every change of state, before the change takes effect (intent) and after (pid). Not fsynced: it has to outlive
/// processes, not the machine (after a reboot the boot's id differs and only the counters are used).
/// Format 2: what is common to all runs, the present child, and a second one during a reload. Format 1
/// (<see cref="FlatRunRecord"/>) is read as well.
/// </summary>
internal sealed record RunRecord
{
    /// <summary>
    /// Grows when an older version could no longer make sense of a record: an upgrade to such a version is refused.
    /// </summary>
    public const int CurrentFormat = 2;

    /// <summary>Comes first in the text: a record of format 1 does not say which it is.</summary>
    public int Format { get; init; } = CurrentFormat;

    public ProcessRecord Common { get; init; } = new();

    /// <summary>
    /// The present run, or, while what it left behind is being ended, the last one. Null: there is none.
    /// </summary>
    public ChildRecord? Current { get; init; }

    /// <summary>The second child during a reload. Null: there is none.</summary>
    public ChildRecord? Replacement { get; init; }

    /// <summary>The newest run there ever was, those of reloads included; 0: it never ran.</summary>
    [JsonIgnore]
    public ulong NewestRun =>
        Math.Max(Common.LastRunId, Math.Max(Current?.RunId ?? 0, Replacement?.RunId ?? 0));

    /// <summary>A child of it may live: it was started, or meant to be, in this boot.</summary>
    public bool MayLive(string bootId) =>
        Common.BootId == bootId && Common.Phase is not ("Stopped" or "Errored");
}
