using Cronos;

namespace Tspm.Config.Validation;

/// <summary>
/// Says which field of a cron expression is not valid and what it may be. The parser's own messages speak of its
/// grammar, so each field is tried on its own.
/// </summary>
internal static class CronFields
{
    public const string UnknownWord =
        "expected @yearly, @monthly, @weekly, @daily, @hourly, or a cron expression with 5 fields, such as '0 3 * * *'";

    /// <summary>The fields from the left; the first one is optional.</summary>
    static readonly (string Name, string Values)[] Known =
    [
        ("second", "0 to 59"), ("minute", "0 to 59"), ("hour", "0 to 23"), ("day of the month", "1 to 31"),
        ("month", "1 to 12, or JAN to DEC"), ("weekday", "0 to 7, where 0 and 7 are Sunday, or SUN to SAT"),
    ];

    /// <summary>What is wrong with the first field that is not valid, as a clause.</summary>
    /// <param name="fields">5 fields, or 6 with seconds first.</param>
    /// <returns>Null if each field is valid on its own.</returns>
    public static string? Problem(string[] fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (IsValid(fields, i)) continue;
            var (name, values) = Known[i + Known.Length - fields.Length];
            return $"'{fields[i]}' is not a valid {name} ({values}; or *, or a range, list or step, such as 1-5, 1,3 "
                + "or */2)";
        }
        return null;
    }

    static bool IsValid(string[] fields, int at)
    {
        var others = new string[fields.Length];
        Array.Fill(others, "*");
        others[at] = fields[at];
        try
        {
            CronExpression.Parse(
                string.Join(' ', others), fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
            return true;
        }
        catch (CronFormatException)
        {
            return false;
        }
    }
}
