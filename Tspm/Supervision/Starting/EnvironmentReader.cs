using Tspm.Config;
using Tspm.Model.State;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Reads what the environment of a child needs from the disk; what becomes of it is in <see cref="ChildEnvironment"/>.
/// </summary>
internal static class EnvironmentReader
{
    /// <summary>Null when <c>envFile</c> cannot be read; the problem is a sentence then.</summary>
    public static Dictionary<string, string>? Read(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, out string? problem)
    {
        problem = null;
        var environment = ChildEnvironment.Base(kept);
        IReadOnlyDictionary<string, string>? ofFile = null;
        if (definition.Config.EnvFile is { } file)
        {
            var read = EnvFile.Read(Path.Combine(definition.Config.ProjectDir!, file), environment);
            if ((problem = read.Problem) is not null) return null;
            ofFile = read.Values;
        }
        ChildEnvironment.Complete(environment, ofFile, definition, instance);
        return environment;
    }
}
