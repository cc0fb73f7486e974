using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Tests.Guards;

/// <summary>The golden files under Data/wire: what every type that crosses the socket, lies on disk or is printed looks like in JSON.</summary>
internal static class Goldens
{
    /// <summary>Types listed for the source generator.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [
        .. typeof(WireJson).GetCustomAttributesData().Where(data => data.AttributeType.Name == "JsonSerializableAttribute")
            .Select(data => (Type)data.ConstructorArguments[0].Value!),
    ];

    /// <summary>Files of a type: TYPE.json, and TYPE.VARIANT.json where members exclude each other.</summary>
    public static IReadOnlyList<string> FilesOf(Type type)
    {
        var name = NameOf(type);
        return [.. Directory.GetFiles(Folder, $"{name}*.json").Where(path => IsOf(name, Path.GetFileNameWithoutExtension(path))).Order(StringComparer.Ordinal)];
    }

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
        var context = type == typeof(ProcessesFile) || type == typeof(RunRecord) || type == typeof(DaemonState) ? StorageJson.Compact : WireJson.Default;
        return context.GetTypeInfo(type) ?? throw new InvalidOperationException($"no metadata for {type}");
    }

    /// <summary>A lower-case ending is a variant; another capital begins another type.</summary>
    static bool IsOf(string name, string file) =>
        file == name || (file.StartsWith(name + ".", StringComparison.Ordinal) && char.IsAsciiLetterLower(file[name.Length + 1]) && file != name + ".list");

    static string NameOf(Type type)
    {
        if (!type.IsGenericType) return type.Name;
        var argument = NameOf(type.GetGenericArguments()[0]);
        return type.Name.StartsWith("IReadOnlyList", StringComparison.Ordinal) ? $"{argument}.list" : $"{type.Name[..type.Name.IndexOf('`')]}.{argument}";
    }
}
