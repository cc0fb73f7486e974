namespace Tspm.Tests.Guards;

/// <summary>
/// The map of the house: every room, what it is for, and which rooms it may use. docs/ARCHITECTURE.md prints the same
/// table, and a test compares the two.
/// </summary>
internal static class Rooms
{
    /// <param name="Name">The folder below <c>Tspm/</c>, which is the namespace as well.</param>
    /// <param name="Purpose">One phrase for the page.</param>
    /// <param name="MayUse">Names of rooms, separated by spaces.</param>
    public sealed record Room(string Name, string Purpose, string MayUse)
    {
        public IReadOnlyList<string> Uses { get; } = MayUse.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>From the ground up: a room uses rooms above it in this list only.</summary>
    public static readonly IReadOnlyList<Room> All =
    [
        new("Libc", "system calls, one file per C header", ""),
        new("Text", "what people type and read: durations, sizes, times, globs, shell words", ""),
        new("Json", "strict reading of JSON, with sentences about what is wrong", "Text"),
        new("Model", "the nouns: configs, states, records, events, selectors", "Json Text"),
        new("Protocol", "methods, requests and responses, errors, framing, versions", "Json Model Text"),
        new("Platform", "the operating system behind interfaces, and Linux", "Libc Model Text"),
        new("Storage", "the home, atomic files, saved processes and run records", "Json Model Platform Protocol"),
        new("Logs", "writing, rotating, indexing and reading logs", "Libc Model Platform Protocol Text"),
        new("Events", "the record of events", "Logs Model Platform Protocol Text"),
        new("Config", "config files, validation, schema, apply plan, imports", "Json Model Platform Protocol Text"),
        new("Legacy", "all that knows the older Tspm", "Config Json Model Platform Storage Text"),
        new("Supervision", "the state owner: processes, their children, their order",
            "Config Events Legacy Logs Model Platform Storage Text"),
        new("Guardian", "the parent process of the daemon; other rooms use only its folder Contract",
            "Libc Model Platform Protocol Storage"),
        new("Boot", "units of systemd and launchd", "Platform Protocol Storage"),
        new("Daemon", "control socket, handlers, streams, upgrades",
            "Boot Config Events Guardian Json Legacy Logs Model Platform Protocol Storage Supervision Text"),
        new("Client", "command line, connection, commands, output",
            "Boot Config Events Guardian Json Legacy Logs Model Platform Protocol Storage Text"),
    ];

    public static Room Of(string file) => All.Single(room => room.Name == file.Split('/')[0]);
}
