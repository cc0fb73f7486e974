using Tspm.Json;

namespace Tspm.Model.Config;

/// <summary>Hints about the fields of <see cref="ProcessConfig"/>; see <see cref="FieldSynonyms"/>.</summary>
internal sealed class ConfigFieldHints : IFieldHints
{
    public static readonly ConfigFieldHints Instance = new();

    public string? SynonymOf(Type owner, string name) =>
        owner == typeof(ProcessConfig) ? FieldSynonyms.Find(name) : null;

    public string? WhereToLook(Type owner) =>
        owner == typeof(ProcessConfig) ? "tspm schema shows the fields" : null;
}
