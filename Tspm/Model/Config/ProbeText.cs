using System.Globalization;
using Tspm.Text;

namespace Tspm.Model.Config;

/// <summary>
/// A probe as one word, as flags take it: <c>tcp:8080</c>, <c>http://127.0.0.1/health</c>, <c>log:RE</c>,
/// <c>exec:COMMAND</c>, <c>notify</c>, <c>delay:500ms</c>.
/// </summary>
internal static class ProbeText
{
    /// <summary>The accepted forms, for error messages.</summary>
    public const string Expected =
        "expected tcp:PORT, tcp:HOST:PORT, http://HOST:PORT/PATH, log:REGEX, exec:COMMAND, notify or delay:500ms";

    /// <summary>How the accepted forms begin.</summary>
    public static readonly string[] Beginnings = ["tcp:", HttpAddress.Scheme, "log:", "exec:", "notify", "delay:"];

    /// <summary>
    /// Reads a probe. The value after the kind is not checked here, but when the config is validated.
    /// </summary>
    /// <returns>Null if the text is none of the accepted forms.</returns>
    public static Probe? Parse(string text)
    {
        if (text == "notify") return new Probe { Notify = true };
        if (text.StartsWith(HttpAddress.Scheme, StringComparison.Ordinal)
            || text.StartsWith("https://", StringComparison.Ordinal)) return new Probe { Http = text };
        var colon = text.IndexOf(':');
        if (colon < 0 || colon + 1 == text.Length) return null;
        var value = text[(colon + 1)..];
        return text[..colon] switch
        {
            "tcp" => new Probe { Tcp = value.Contains(':') ? value : "127.0.0.1:" + value },
            "http" => new Probe { Http = value },
            "log" => new Probe { Log = value },
            "exec" => new Probe { Exec = value },
            "delay" when Duration.TryParse(value, out var time) => new Probe { DelayMs = (int)time.TotalMilliseconds },
            _ => null,
        };
    }

    /// <summary>The check of a probe in messages: <c>tcp 127.0.0.1:8080</c>. Empty for notify and delay.</summary>
    public static string Describe(Probe probe) =>
        probe switch
        {
            { Tcp: { } place } => $"tcp {place}",
            { Http: { } url } => url,
            { Log: { } pattern } => $"log {pattern}",
            { Exec: { } command } => $"exec {command}",
            _ => "",
        };

    /// <summary>
    /// What a starting process waits for, for every kind of probe; a phrase to be put after "waits for".
    /// </summary>
    public static string Subject(Probe probe) =>
        probe.Notify is not null ? "READY=1 from the program"
        : probe.DelayMs is { } ms ? $"its delay of {Time(TimeSpan.FromMilliseconds(ms))}"
        : Describe(probe);

    /// <summary>A time in a message: in seconds for 1 to 120 seconds.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds is >= 1 and <= 120
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s")
        : Duration.Format(time);
}
