using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Running;

/// <summary>The flags of all verbs that change something.</summary>
internal readonly record struct ChangeFlags(bool Json, bool NoAutoStart, bool NoWait = false,
    string? WaitTimeout = null)
{
    /// <summary>
    /// The deadline of a change without --wait-timeout, well above the stop and start timeouts of many processes in a
    /// row. On a terminal, the client shows what it is waiting for after two seconds.
    /// </summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static ChangeFlags From(ParsedLine line) => new(
        line.IsOn("json"), line.IsOff("auto-start"), line.IsOff("wait"), line.ValueOf("wait-timeout"));

    public int? WaitTimeoutMs =>
        WaitTimeout is { } text && Duration.TryParse(text, out var time) ? (int)time.TotalMilliseconds : null;

    public TimeSpan Deadline => WaitTimeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) + DaemonClient.Grace : Longest;
}

/// <summary>A request that changes something, and the phrases for its outcome.</summary>
internal sealed record Change<TRequest, TResponse>(
    Method<TRequest, TResponse> Method, TRequest Request, Func<ProcessOutcome, string> Phrase)
    where TRequest : class
    where TResponse : ChangeResponse
{
    /// <summary>What the last line on a terminal counts; null to count the states.</summary>
    public Func<ProcessOutcome, string>? Total { get; init; }

    /// <summary>
    /// The request for a daemon whose predecessor died during the first one; null if it must not be executed twice.
    /// </summary>
    public TRequest? Again { get; init; }

    /// <summary>The request is idempotent: it can be repeated unchanged.</summary>
    public bool IsRepeatable { init => Again = value ? Request : null; }

    /// <summary>Sends the request, prints a line per process, and returns the exit code.</summary>
    public int Run(ClientSession session, ChangeFlags flags) => Run(session, flags, out _);

    public int Run(ClientSession session, ChangeFlags flags, out TResponse response)
    {
        try
        {
            using var daemon = session.ConnectToChange(
                flags.NoAutoStart, () => TypedSelectors.RefuseUnknown(session, Method.Name, Request));
            response = daemon.Call(Method, Request, flags.Deadline, Again);
        }
        catch (DaemonException unknown) when (unknown.Code == ErrorCode.NoSuchProcess)
        {
            throw TypedSelectors.Explain(unknown, Method.Name, Request);
        }
        if (flags.Json) JsonPrinter.Print(session.Out, response, PrintJson.Readable.Of<TResponse>());
        Outcomes.Print(session, response, Phrase, withSuccesses: !flags.Json, Total, TypedSelectors.Of(Request));
        if (response is { Processes.Count: 0, Notes: null, Error: null })
            session.Err.WriteLine(NothingToShow.NoProcesses);
        return response.Success && response.Error is null
            && response.Processes.All(static process => process.Error is null) ? ExitCodes.Done : ExitCodes.Failed;
    }
}
