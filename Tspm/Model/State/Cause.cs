using System.Text.Json.Serialization;

namespace Tspm.Model.State;

/// <summary>
/// Why a process is in its state, as data: decisions are made on a cause, and causes are saved. <see cref="CauseText"/>
/// turns one into a sentence.
/// </summary>
/// <param name="Code">One of <see cref="CauseCode"/>.</param>
internal sealed record Cause(string Code)
{
    /// <summary>Nothing has happened yet.</summary>
    public static readonly Cause None = new(CauseCode.None);

    /// <summary>Who requested it; null if nobody did or if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Requester? By { get; init; }

    /// <summary>The request, one of <see cref="CauseRequest"/>; null if there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Request { get; init; }

    /// <summary>The observation in words: what a probe reported, which file changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The exit of the child, if that is the cause; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExitStatus? Exit { get; init; }

    /// <summary>
    /// Why the restart policy does not start the process again, one of <see cref="PolicyDecision"/>; null if not
    /// decided.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Outcome { get; init; }

    /// <summary>Number of consecutive failures after which Tspm gave up; 0 if it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Failures { get; init; }

    /// <summary>The cause of a change that a user or program requested.</summary>
    /// <param name="request">One of <see cref="CauseRequest"/>.</param>
    public static Cause Requested(string request) => new(CauseCode.User) { Request = request };

    /// <summary>The cause of a change that follows from an observation.</summary>
    /// <param name="code">One of <see cref="CauseCode"/>.</param>
    /// <param name="detail">The observation in words.</param>
    public static Cause Observed(string code, string detail) => new(code) { Detail = detail };

    /// <summary>The cause of a change after a child ended on its own.</summary>
    public static Cause Ended(ExitStatus status) =>
        new(status.IsSuccess ? CauseCode.Exit : CauseCode.Crash) { Exit = status };

    /// <summary>The cause in a record of an earlier version, which kept only the sentence.</summary>
    public static Cause Recorded(string sentence) =>
        sentence.Length == 0 ? None : new Cause(CauseCode.Unknown) { Detail = sentence };
}
