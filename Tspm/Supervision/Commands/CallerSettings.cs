using Tspm.Model.Config;

namespace Tspm.Supervision.Commands;

/// <summary>What processes get from the shell of whoever defines them.</summary>
internal sealed class CallerSettings
{
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Null: the daemon's own.</summary>
    public long? OpenFilesLimit { get; init; }

    /// <summary>Null: not known.</summary>
    public LaunchContext? Launch { get; init; }
}
