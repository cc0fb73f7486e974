using System.Text.Json;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Drawing;

/// <summary>Shows a line that is a JSON object, as many programs log them, as <c>key=value</c> words.</summary>
internal static class JsonLine
{
    /// <returns>Null if the line is not a JSON object.</returns>
    public static StyledText? Format(string line)
    {
        if (!line.StartsWith('{') || !line.EndsWith('}')) return null;
        try
        {
            using var document = JsonDocument.Parse(line);
            var words = document.RootElement.EnumerateObject().Select(static member =>
                $"\e[2m{member.Name}=\e[0m{TextOf(member.Value)}");
            return StyledText.Read(string.Join(' ', words));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
