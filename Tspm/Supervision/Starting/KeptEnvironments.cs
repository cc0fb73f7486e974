using Tspm.Model.State;

namespace Tspm.Supervision.Starting;

/// <summary>
/// The environments in which definitions were made, with equal ones stored once: most come from the same shell, and
/// each takes some kilobytes. Owned by the supervisor's thread; <see cref="UnsavedOf"/> may be called on any thread.
/// </summary>
internal sealed class KeptEnvironments
{
    readonly Dictionary<string, IReadOnlyDictionary<string, string>> _all = new(StringComparer.Ordinal);

    /// <summary>The environments that are on disk; replaced as a whole.</summary>
    volatile IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> _saved =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The number of different environments.</summary>
    public int Count => _all.Count;

    /// <summary>Loads the saved environments.</summary>
    public void Load(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> saved)
    {
        foreach (var (key, environment) in saved) _all[key] = environment;
    }

    /// <summary>Called when these environments are on disk.</summary>
    public void OnSaved(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> saved) => _saved = saved;

    public IReadOnlyDictionary<string, string> Of(ProcessDefinition definition) =>
        _all.GetValueOrDefault(definition.EnvironmentKey) ?? new Dictionary<string, string>();

    /// <summary>The environment of a definition if it is not on disk yet, otherwise null.</summary>
    public IReadOnlyDictionary<string, string>? UnsavedOf(ProcessDefinition definition) =>
        _saved.ContainsKey(definition.EnvironmentKey) ? null : Of(definition);

    /// <summary>Stores an environment and returns its key; equal environments share one key.</summary>
    public string Keep(IReadOnlyDictionary<string, string> environment)
    {
        var key = EnvironmentKey.For(environment);
        _all[key] = environment;
        return key;
    }

    /// <summary>
    /// Restores an environment that was lost with its definition, unless another definition keeps it. If it cannot be
    /// read any more, the environment of another definition is better than none.
    /// </summary>
    public void Restore(string key, Func<IReadOnlyDictionary<string, string>> read)
    {
        if (_all.ContainsKey(key)) return;
        var found = read();
        _all[key] = found.Count > 0 ? found : _all.Values.FirstOrDefault() ?? found;
    }

    /// <summary>Drops unused environments: every redefinition from another shell adds one.</summary>
    public void ForgetAllBut(HashSet<string> kept)
    {
        if (_all.Count == kept.Count) return;
        foreach (var key in _all.Keys.Where(key => !kept.Contains(key)).ToArray()) _all.Remove(key);
    }
}
