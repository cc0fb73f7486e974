using Tspm.Model.State;

namespace Tspm.Supervision.Starting;

/// <summary>
/// The environments that definitions were made with, kept once for all that are equal: most come from equal shells, and
/// each is some kilobytes. Owned by the supervisor's thread; <see cref="UnsavedOf"/> may be asked from any.
/// </summary>
internal sealed class KeptEnvironments
{
    readonly Dictionary<string, IReadOnlyDictionary<string, string>> _all = new(StringComparer.Ordinal);

    /// <summary>Those that are on disk; replaced whole.</summary>
    volatile IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> _saved =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>How many different ones there are.</summary>
    public int Count => _all.Count;

    /// <summary>Takes what was saved.</summary>
    public void Load(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> saved)
    {
        foreach (var (key, environment) in saved) _all[key] = environment;
    }

    /// <summary>These are on disk.</summary>
    public void OnSaved(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> saved) => _saved = saved;

    public IReadOnlyDictionary<string, string> Of(ProcessDefinition definition) =>
        _all.GetValueOrDefault(definition.EnvironmentKey) ?? new Dictionary<string, string>();

    /// <summary>The environment of a definition while it is not on disk; null: it is.</summary>
    public IReadOnlyDictionary<string, string>? UnsavedOf(ProcessDefinition definition) =>
        _saved.ContainsKey(definition.EnvironmentKey) ? null : Of(definition);

    /// <summary>Keeps an environment and returns its key; equal ones share one.</summary>
    public string Keep(IReadOnlyDictionary<string, string> environment)
    {
        var key = EnvironmentKey.Of(environment);
        _all[key] = environment;
        return key;
    }

    /// <summary>
    /// Puts an environment back that was lost with its definition, unless another definition has kept it. When nothing
    /// can be read of it any more, another one's is more use than none.
    /// </summary>
    public void Restore(string key, Func<IReadOnlyDictionary<string, string>> read)
    {
        if (_all.ContainsKey(key)) return;
        var found = read();
        _all[key] = found.Count > 0 ? found : _all.Values.FirstOrDefault() ?? found;
    }

    /// <summary>Every redefinition from another shell brings another environment.</summary>
    public void ForgetAllBut(HashSet<string> kept)
    {
        if (_all.Count == kept.Count) return;
        foreach (var key in _all.Keys.Where(key => !kept.Contains(key)).ToArray()) _all.Remove(key);
    }
}
