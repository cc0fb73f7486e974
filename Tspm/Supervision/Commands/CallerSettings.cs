using Tspm.Model.Config;

namespace Tspm.Supervision.Commands;

/// <summary>Settings that new processes take over from the shell of whoever defines them.</summary>
internal sealed class CallerSettings
{
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Null for the daemon's own limit.</summary>
    public long? OpenFilesLimit { get; init; }

    /// <summary>Null if unknown.</summary>
    public LaunchContext? Launch { get; init; }
}
