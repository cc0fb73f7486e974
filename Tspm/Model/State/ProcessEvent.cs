namespace Tspm.Model.State;

/// <summary>
/// One thing that happened: to an instance, or to the daemon. A line of <c>events.jsonl</c>, a notification on the
/// wire, what a hook reads. What was not observed is not there.
/// </summary>
internal sealed record ProcessEvent
{
    /// <summary>Grows by one with each event of this home; a gap says that some could not be written.</summary>
    public long Seq { get; init; }

    public DateTimeOffset Time { get; init; }

    /// <summary>See <see cref="EventKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose; missing: the daemon's.</summary>
    public int? Id { get; init; }

    public string? Name { get; init; }

    public int? Instance { get; init; }

    /// <summary>The state before, as <c>list</c> shows it.</summary>
    public string? From { get; init; }

    /// <summary>The state after.</summary>
    public string? To { get; init; }

    /// <summary>Of the child that it is about.</summary>
    public int? Pid { get; init; }

    /// <summary>Of the child that it took the place of, or that goes on in the place of it.</summary>
    public int? OtherPid { get; init; }

    /// <summary>Of the child: by it the lines of its log are found.</summary>
    public string? RunId { get; init; }

    public int? ExitCode { get; init; }

    public string? Signal { get; init; }

    /// <summary>Processes that were left behind; null: it is not about any.</summary>
    public IReadOnlyList<int>? Pids { get; init; }

    /// <summary>Their names, in the same order.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>How long the child that ended had run.</summary>
    public long? UptimeMs { get; init; }

    /// <summary>One of <see cref="CauseCode"/>.</summary>
    public string? Cause { get; init; }

    /// <summary>What was observed, or asked for, as a phrase for people.</summary>
    public string? Reason { get; init; }

    /// <summary>What the restart policy made of it, one of <see cref="CauseOutcome"/>.</summary>
    public string? Outcome { get; init; }

    /// <summary>Children that followed an earlier one.</summary>
    public int? Restarts { get; init; }

    /// <summary>Failures in a row.</summary>
    public int? Failures { get; init; }

    /// <summary>When it is to be started again; 0: at once.</summary>
    public long? NextStartInMs { get; init; }

    /// <summary>Method of the request, or what was asked for (<see cref="CauseRequest"/>).</summary>
    public string? Request { get; init; }

    /// <summary>What the request was about, as its sender wrote it.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }

    /// <summary>User who asked for it.</summary>
    public long? ByUid { get; init; }

    /// <summary>Process that asked for it.</summary>
    public int? ByPid { get; init; }

    /// <summary>All of it in one sentence, without the name; missing in events of earlier versions.</summary>
    public string? Sentence { get; init; }

    /// <summary>So many events before this one could not be written.</summary>
    public long? Lost { get; init; }
}
