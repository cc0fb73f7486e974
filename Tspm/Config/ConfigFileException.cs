using Tspm.Config.Validation;

namespace Tspm.Config;

/// <summary>
/// Thrown for a config file that cannot be used; nothing was read from it. The message names the file and lists every
/// problem, one per line.
/// </summary>
internal sealed class ConfigFileException(string message, IReadOnlyList<ConfigProblem> problems) : Exception(message)
{
    /// <summary>The problems; empty if the file as a whole cannot be read.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; } = problems;
}
