using Tspm.Model.State;

namespace Tspm.Supervision.Starting;

/// <summary>
/// The environment that a child would get now, for who wants to see it: reads what it needs from the disk, on the
/// caller's thread. What becomes of that is in <see cref="ChildEnvironment"/>.
/// </summary>
internal static class EnvironmentReader
{
    /// <summary>Null when <c>envFile</c> cannot be read; the problem is a sentence then.</summary>
    public static Dictionary<string, string>? Read(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, out string? problem)
    {
        var request = StartFilesRequest.Of(definition.Config) with { Script = null };
        return ChildEnvironment.Of(
            definition, instance, kept, StartFileReader.ReadNow(request).EnvFile, out problem);
    }
}
