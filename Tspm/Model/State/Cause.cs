using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>
/// Why a process is as it is, as data: decisions are made on it, and it is what is kept. <see cref="CauseText"/> makes
/// the sentence.
/// </summary>
/// <param name="Code">One of <see cref="CauseCode"/>.</param>
internal sealed record Cause(string Code)
{
    /// <summary>Nothing has happened yet.</summary>
    public static readonly Cause None = new(CauseCode.None);

    /// <summary>Who asked for it; null: nobody did, or it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Requester? By { get; init; }

    /// <summary>What was asked for, one of <see cref="CauseRequest"/>; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Request { get; init; }

    /// <summary>What was observed, in words: a probe's problem, the file that changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>How the child ended that is the cause; null: no child ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExitStatus? Exit { get; init; }

    /// <summary>What the restart policy made of it, one of <see cref="CauseOutcome"/>; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Outcome { get; init; }

    /// <summary>Failures in a row after which it was given up; 0: it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Failures { get; init; }

    /// <summary>Somebody's request.</summary>
    /// <param name="request">One of <see cref="CauseRequest"/>.</param>
    public static Cause Requested(string request) => new(CauseCode.User) { Request = request };

    /// <summary>Something that Tspm saw.</summary>
    /// <param name="code">One of <see cref="CauseCode"/>.</param>
    /// <param name="detail">What, in words.</param>
    public static Cause Observed(string code, string detail) => new(code) { Detail = detail };

    /// <summary>A child that ended by itself.</summary>
    public static Cause Ended(ExitStatus status) =>
        new(status.IsSuccess ? CauseCode.Exit : CauseCode.Crash) { Exit = status };

    /// <summary>Of a record by a version that kept the sentence only.</summary>
    public static Cause Recorded(string sentence) =>
        sentence.Length == 0 ? None : new Cause(CauseCode.Unknown) { Detail = sentence };
}
