using System.Text.Json;
using System.Text.Json.Serialization;
using Tspm.Json;

namespace Tspm.Model.Config;

/// <summary>
/// The number of instances: a number, or <c>max</c>. <c>max</c> becomes the number of cores when it is read, so that
/// the number does not change silently later.
/// </summary>
internal sealed class InstanceCount : JsonConverter<int?>, IWordOrValue
{
    public const string Max = "max";

    public bool IsWord(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals(Max);

    /// <summary>Reads a number of instances or <c>max</c>.</summary>
    /// <returns>Null if the text is neither.</returns>
    public static int? Parse(string text) =>
        text == Max ? Environment.ProcessorCount : ParseNumber(text);

    static int? ParseNumber(string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out var number) ? number : null;

    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Parse(reader.GetString()!) : reader.GetInt32();

    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value!.Value);
}
