namespace Tspm.Model.State;

/// <summary>
/// An event in the life of an instance or of the daemon: a line of <c>events.jsonl</c>, a notification on the wire, the
/// input of a hook. Members that were not observed are missing.
/// </summary>
internal sealed record ProcessEvent
{
    /// <summary>Grows by one with each event of this home; a gap means that events could not be written.</summary>
    public long Seq { get; init; }

    public DateTimeOffset Time { get; init; }

    /// <summary>See <see cref="EventKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The process; missing for events of the daemon.</summary>
    public int? Id { get; init; }

    public string? Name { get; init; }

    public int? Instance { get; init; }

    /// <summary>The state before, as <c>list</c> shows it.</summary>
    public string? From { get; init; }

    /// <summary>The state after.</summary>
    public string? To { get; init; }

    /// <summary>The pid of the child that the event is about.</summary>
    public int? Pid { get; init; }

    /// <summary>The pid of the child that this one replaced, or that keeps running instead of this one.</summary>
    public int? OtherPid { get; init; }

    /// <summary>The run of the child, by which the lines of its log are found.</summary>
    public string? RunId { get; init; }

    public int? ExitCode { get; init; }

    public string? Signal { get; init; }

    /// <summary>The pids of leftover processes; null if the event is not about any.</summary>
    public IReadOnlyList<int>? Pids { get; init; }

    /// <summary>The names of the leftover processes, in the same order.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>How long the ended child had been running.</summary>
    public long? UptimeMs { get; init; }

    /// <summary>One of <see cref="CauseCode"/>.</summary>
    public string? Cause { get; init; }

    /// <summary>The observation or the request, as a phrase for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Why the restart policy does not start the process again, one of <see cref="PolicyDecision"/>.</summary>
    public string? Outcome { get; init; }

    /// <summary>Number of restarts so far.</summary>
    public int? Restarts { get; init; }

    /// <summary>Number of failures in a row.</summary>
    public int? Failures { get; init; }

    /// <summary>Milliseconds until the next start; 0 means at once.</summary>
    public long? NextStartInMs { get; init; }

    /// <summary>The method of the request, or what was requested (<see cref="CauseRequest"/>).</summary>
    public string? Request { get; init; }

    /// <summary>The selectors of the request, as the sender wrote them.</summary>
    public IReadOnlyList<string>? Selectors { get; init; }

    /// <summary>The user who requested it.</summary>
    public long? ByUid { get; init; }

    /// <summary>The process that requested it.</summary>
    public int? ByPid { get; init; }

    /// <summary>
    /// The whole event in one sentence, without the name of the process; missing in events of earlier versions.
    /// </summary>
    public string? Sentence { get; init; }

    /// <summary>Number of events before this one that could not be written.</summary>
    public long? Lost { get; init; }
}
