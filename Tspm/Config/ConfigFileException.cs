using Tspm.Config.Validation;

namespace Tspm.Config;

/// <summary>
/// A config file that cannot be used, of which nothing was taken. The message names the file and lists every problem, a
/// line each.
/// </summary>
internal sealed class ConfigFileException(string message, IReadOnlyList<ConfigProblem> problems) : Exception(message)
{
    /// <summary>Empty when the file itself is the trouble.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; } = problems;
}
