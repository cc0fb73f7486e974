using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tspm.Tests.Fixtures;

/// <summary>What became of a command that ran to its end.</summary>
internal sealed partial record Ran(string CommandLine, int ExitCode, byte[] RawOut, string Err)
{
    public string Out { get; } = Encoding.UTF8.GetString(RawOut);

    /// <summary>Lines of standard output, without an empty one at the end.</summary>
    public string[] Lines => Out.TrimEnd('\n').Split('\n');

    /// <summary>Standard output as exactly one JSON document.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                return JsonDocument.Parse(Out).RootElement;
            }
            catch (JsonException bad)
            {
                throw new InvalidOperationException($"not one JSON document ({bad.Message}): {this}");
            }
        }
    }

    /// <summary>The same, after a check of the exit code that shows everything when it is another one.</summary>
    public Ran Exits(int expected) =>
        ExitCode == expected ? this : throw new InvalidOperationException($"expected exit code {expected}: {this}");

    /// <summary>
    /// Standard error holds this text, besides everything else that must hold for a sentence to a user.
    /// </summary>
    public Ran Says(string part) =>
        Err.Contains(part, StringComparison.Ordinal)
            ? this
            : throw new InvalidOperationException($"expected standard error to say '{part}': {this}");

    /// <summary>Nothing a user sees may look like the inside of the program.</summary>
    public Ran CheckWords()
    {
        var all = Out + Err;
        if (InsideWords().Match(all) is { Success: true } found)
            throw new InvalidOperationException($"'{found.Value}' must not reach a user: {this}");
        return this;
    }

    public override string ToString() => $"{CommandLine}\n→ exit {ExitCode}\nstdout: {Out}\nstderr: {Err}";

    /// <summary>
    /// Stack frames, .NET's resource keys, exception names, and what the product says of its own bugs.
    /// </summary>
    [GeneratedRegex(
        @"^\s+at \S+\(|\b(Arg|IO|Net|net|Argument|InvalidOperation|Format|Security|ObjectDisposed)_[A-Za-z_]+"
            + @"|\b[A-Za-z]+Exception\b|this is a bug in tspm|internal error",
        RegexOptions.Multiline, matchTimeoutMilliseconds: -1)]
    private static partial Regex InsideWords();
}
