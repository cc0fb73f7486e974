using System.Globalization;
using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;

namespace Tspm.Supervision.Starting;

/// <summary>
/// Builds the environment of a child: that of the client that defined the process, without the variables that a service
/// manager or Tspm itself set for that client, overlaid by <c>envFile</c>, then by <c>env</c>, then by the marks by
/// which the child's descendants are recognised. Nothing comes from the daemon's own environment.
/// </summary>
internal static class ChildEnvironment
{
    public const string IdVariable = "TSPM_ID", NameVariable = "TSPM_NAME", InstanceVariable = "TSPM_INSTANCE";

    /// <summary>
    /// Recovers the kept environment from a child's environment by removing Tspm's own variables. Values from the
    /// config stay in, which is harmless, because the next start sets them again.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Kept(IReadOnlyDictionary<string, string> ofChild)
    {
        var kept = new Dictionary<string, string>(ofChild, StringComparer.Ordinal);
        foreach (var mark in new[] { IdVariable, NameVariable, InstanceVariable }) kept.Remove(mark);
        return kept;
    }

    /// <summary>Builds the whole environment.</summary>
    /// <param name="definition">The child's definition.</param>
    /// <param name="instance">The child's instance number.</param>
    /// <param name="kept">The environment kept with the definition.</param>
    /// <param name="file">The content of <c>envFile</c>; null if the config names none.</param>
    /// <param name="problem">A sentence about the problem; null on success.</param>
    /// <returns>Null if <c>envFile</c> is unusable.</returns>
    public static Dictionary<string, string>? Build(
        ProcessDefinition definition, int instance, IReadOnlyDictionary<string, string> kept, EnvFileText? file,
        out string? problem)
    {
        var environment = Base(kept);
        var said = file is null ? null : EnvFile.Parse(file, environment);
        problem = said?.Problem;
        if (problem is not null) return null;
        Complete(environment, said?.Values, definition, instance);
        return environment;
    }

    /// <summary>The environment that <c>envFile</c> overlays and may refer to.</summary>
    public static Dictionary<string, string> Base(IReadOnlyDictionary<string, string> kept)
    {
        var environment = new Dictionary<string, string>(kept, StringComparer.Ordinal);
        foreach (var name in ServiceManagerVariables.In(environment.Keys)) environment.Remove(name);
        return environment;
    }

    /// <summary>Adds everything that overlays the base environment.</summary>
    /// <param name="environment">See <see cref="Base"/>; it becomes the child's.</param>
    /// <param name="ofFile">The variables of <c>envFile</c>; null if there is none.</param>
    /// <param name="definition">The child's definition.</param>
    /// <param name="instance">The child's instance number.</param>
    public static void Complete(
        Dictionary<string, string> environment, IReadOnlyDictionary<string, string>? ofFile,
        ProcessDefinition definition, int instance)
    {
        var none = new Dictionary<string, string>();
        foreach (var (name, value) in ofFile ?? none) environment[name] = value;
        foreach (var (name, value) in definition.Config.Env ?? none) environment[name] = value;
        // This variable marks processes that may be killed as hooks; a process that a hook has defined is not one.
        environment.Remove(HookNames.Variable);
        environment[IdVariable] = definition.Id.ToString(CultureInfo.InvariantCulture);
        environment[NameVariable] = definition.Name;
        environment[InstanceVariable] = instance.ToString(CultureInfo.InvariantCulture);
    }
}
