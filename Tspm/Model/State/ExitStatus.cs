using Tspm.Model.Config;

namespace Tspm.Model.State;

/// <summary>
/// How a child ended: with a code, by a signal, or in a way that nobody saw (both null). An unknown status is reported
/// as unknown, never guessed.
/// </summary>
internal sealed record ExitStatus(int? Code = null, int? Signal = null)
{
    public static readonly ExitStatus Unknown = new(null, null);

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsSuccess => Code == 0;

    /// <summary>From the <c>status</c> of wait4 (man 2 wait4: WIFEXITED, WEXITSTATUS, WTERMSIG).</summary>
    public static ExitStatus FromWaitStatus(int status) =>
        (status & 0x7f) == 0 ? new ExitStatus((status >> 8) & 0xff, null) : new ExitStatus(null, status & 0x7f);

    /// <summary>A phrase such as "exited 1", "killed by SIGKILL" or "ended, exit status unknown".</summary>
    public override string ToString() => this switch
    {
        { Code: { } code } => $"exited {code}",
        { Signal: { } signal } => $"killed by {Signals.NameOf(signal)}",
        _ => "ended, exit status unknown",
    };
}
