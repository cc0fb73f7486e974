using Tspm.Client.CommandLine;

namespace Tspm.Tests.Client;

/// <summary>Flags as the command line gives them to a command.</summary>
internal static class Given
{
    /// <param name="pairs">Of each flag its name, and its value; for a switch "true" or "false".</param>
    public static GivenFlag[] Flags(params string[] pairs) =>
        [.. pairs.Chunk(2).Select(static pair => Flag(pair[0], pair[1]))];

    static GivenFlag Flag(string name, string value) =>
        Tspm.Client.CommandLine.Flags.Find(name) is { TakesValue: true } flag
        ? new GivenFlag(flag, value) : new GivenFlag(Tspm.Client.CommandLine.Flags.Find(name)!, null, value == "true");
}
