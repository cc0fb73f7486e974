using Tspm.Model.State;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Reads the environment that a child would get now, to show it. Reads files on the caller's thread;
/// <see cref="ChildEnvironment"/> does the rest.
/// </summary>
internal static class EnvironmentReader
{
    /// <summary>Reads the environment.</summary>
    /// <returns>Null if <c>envFile</c> cannot be read; then <paramref name="problem"/> is a sentence.</returns>
    public static Dictionary<string, string>? Read(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, out string? problem)
    {
        var request = StartFilesRequest.For(definition.Config) with { Script = null };
        return ChildEnvironment.Build(
            definition, instance, kept, StartFileReader.ReadNow(request).EnvFile, out problem);
    }
}
