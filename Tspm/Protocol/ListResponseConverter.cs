using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tspm.Model.State;

namespace Tspm.Protocol;

/// <summary>
/// Reads the answer to <c>list</c> by hand. The serialiser would first inspect each of the twenty types in it,
/// including attributes of derived types, which takes longer than everything else that <c>list</c> does with the
/// answer. Writing uses the serialiser.
/// </summary>
internal sealed class ListResponseConverter : JsonConverter<ListResponse>
{
    /// <summary>Length of the longest member name.</summary>
    const int LongestName = 32;

    /// <summary>Reads the answer and ignores unknown members, which a newer daemon may send.</summary>
    /// <exception cref="JsonException">The text is not an answer to <c>list</c>.</exception>
    public override ListResponse Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        List<ProcessStatus>? processes = null;
        DaemonDeaths? deaths = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isList = reader.ValueTextEquals("processes"u8);
            var isDeaths = reader.ValueTextEquals("daemonDeaths"u8);
            reader.Read();
            if (isList) processes = ReadAll(ref reader, options);
            else if (isDeaths) deaths = JsonSerializer.Deserialize(ref reader, DeathsType(options));
            else reader.Skip();
        }
        return new ListResponse { Processes = processes ?? throw new JsonException(), DaemonDeaths = deaths };
    }

    public override void Write(Utf8JsonWriter writer, ListResponse value, JsonSerializerOptions options)
    {
        var type = options.GetTypeInfo(typeof(IReadOnlyList<ProcessStatus>));
        writer.WriteStartObject();
        writer.WritePropertyName("processes"u8);
        JsonSerializer.Serialize(writer, value.Processes, (JsonTypeInfo<IReadOnlyList<ProcessStatus>>)type);
        if (value.DaemonDeaths is { } deaths)
        {
            writer.WritePropertyName("daemonDeaths"u8);
            JsonSerializer.Serialize(writer, deaths, DeathsType(options));
        }
        writer.WriteEndObject();
    }

    static JsonTypeInfo<DaemonDeaths> DeathsType(JsonSerializerOptions options) =>
        (JsonTypeInfo<DaemonDeaths>)options.GetTypeInfo(typeof(DaemonDeaths));

    static List<ProcessStatus> ReadAll(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        var processes = new List<ProcessStatus>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) processes.Add(ReadOne(ref reader, options));
        return processes;
    }

    static ProcessStatus ReadOne(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        var status = new StatusMembers();
        Span<char> name = stackalloc char[LongestName];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var length = reader.ValueSpan.Length <= LongestName ? reader.CopyString(name) : 0;
            reader.Read();
            if (!status.TryRead(name[..length], ref reader, options)) reader.Skip();
        }
        return status.Complete();
    }

    static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (reader.TokenType != token) throw new JsonException();
    }
}
