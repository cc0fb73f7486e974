using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Tests.Guards;

/// <summary>
/// The golden files under Data/wire: what every type that crosses the socket, lies on disk or is printed looks like in
/// JSON.
/// </summary>
internal static class Goldens
{
    /// <summary>Methods may share a message; each has a golden of its own for it.</summary>
    static readonly IReadOnlyList<(string Name, Type Type)> Messages =
        [.. MethodRows.All.SelectMany(method => new[] { MethodRows.RequestOf(method), MethodRows.ResponseOf(method) })];

    /// <summary>Types listed for the source generator.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [
        .. typeof(WireJson).GetCustomAttributesData()
            .Where(data => data.AttributeType.Name == "JsonSerializableAttribute")
            .Select(data => (Type)data.ConstructorArguments[0].Value!),
    ];

    /// <summary>What the goldens of a type are called: by its name, and by the methods whose message it is.</summary>
    public static IEnumerable<string> NamesOf(Type type) =>
        Messages.Where(message => message.Type == type).Select(message => message.Name).Append(NameOf(type)).Distinct();

    /// <summary>Files of a type: NAME.json, and NAME.VARIANT.json where members exclude each other.</summary>
    public static IReadOnlyList<string> FilesOf(Type type) =>
    [
        .. NamesOf(type)
            .SelectMany(name =>
                Directory.GetFiles(Folder,
                    $"{name}*.json").Where(path => IsOf(name, Path.GetFileNameWithoutExtension(path))))
                        .Order(StringComparer.Ordinal),
    ];

    public static string Folder => Repository.Data("wire");

    public static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }

    public static JsonElement OfName(string name) => Read(Path.Combine(Folder, name + ".json"));

    /// <summary>Metadata with the options that the type is used with.</summary>
    public static JsonTypeInfo InfoOf(Type type)
    {
        Type[] stored =
        [
            typeof(ProcessesFile), typeof(RunRecord), typeof(RunRecordV1), typeof(DaemonState),
            typeof(DaemonDeathsNote),
        ];
        var context = stored.Contains(type) ? StorageJson.Compact : WireJson.Default;
        return context.GetTypeInfo(type) ?? throw new InvalidOperationException($"no metadata for {type}");
    }

    /// <summary>A lower-case ending is a variant; another capital begins another type.</summary>
    static bool IsOf(string name, string file) =>
        file == name
            || (file.StartsWith(name + ".", StringComparison.Ordinal) && char.IsAsciiLetterLower(file[name.Length + 1])
                && file != name + ".list");

    static string NameOf(Type type)
    {
        if (!type.IsGenericType) return type.Name;
        var argument = NameOf(type.GetGenericArguments()[0]);
        return type.Name.StartsWith("IReadOnlyList", StringComparison.Ordinal)
            ? $"{argument}.list"
            : $"{type.Name[..type.Name.IndexOf('`')]}.{argument}";
    }
}
