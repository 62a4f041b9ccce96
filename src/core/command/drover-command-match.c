/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-command-private.h"

/* Which arguments of before those of a text are. What the text does not show, the members of
 * machine.json that this Drover does not know, goes on with them. */

/* Above that, long common subsequences take too long, and only one change at a time is found. */
#define MAX_TABLE (4 * 1000 * 1000)

typedef struct
{
  GPtrArray *drafts;
  GPtrArray *old;
  int *partner;       /* of each draft: the index of its old argument, or -1 */
  gboolean *is_taken; /* of each old argument */
} Match;

void
drover_command_draft_free (DroverCommandDraft *self)
{
  g_free (self->flag);
  g_free (self->value);
  if (self->note != NULL)
    g_string_free (self->note, TRUE);
  g_free (self);
}

static gboolean
is_same (Match *match, guint draft, guint old)
{
  DroverCommandDraft *a = match->drafts->pdata[draft];
  DroverArgument *b = match->old->pdata[old];

  return g_strcmp0 (a->flag, drover_argument_get_flag (b)) == 0 &&
         g_strcmp0 (a->value, drover_argument_get_value (b)) == 0;
}

/* An empty note says nothing, unless it was there. */
static const char *
get_note (DroverCommandDraft *draft, const char *old_note)
{
  if (draft->note == NULL || (draft->note->len == 0 && g_strcmp0 (old_note, "") != 0))
    return NULL;

  return draft->note->str;
}

static gboolean
is_unchanged (DroverCommandDraft *draft, DroverArgument *old)
{
  const char *old_note = drover_argument_get_note (old);

  return g_strcmp0 (draft->flag, drover_argument_get_flag (old)) == 0 &&
         g_strcmp0 (draft->value, drover_argument_get_value (old)) == 0 &&
         g_strcmp0 (get_note (draft, old_note), old_note) == 0 &&
         draft->enabled == drover_argument_get_enabled (old);
}

static gboolean
is_equal (Match *match, guint draft, guint old)
{
  return is_unchanged (match->drafts->pdata[draft], match->old->pdata[old]);
}

static gboolean
is_same_option (Match *match, guint draft, guint old)
{
  DroverCommandDraft *a = match->drafts->pdata[draft];

  return g_str_equal (drover_command_get_option_name (a->flag),
                      drover_argument_get_option (match->old->pdata[old]));
}

static void
pair (Match *match, guint draft, guint old)
{
  match->partner[draft] = old;
  match->is_taken[old] = TRUE;
}

typedef gboolean (*IsSame) (Match *match, guint draft, guint old);

/* Pairs by a longest common subsequence within [draft, draft_end) and [old, old_end), none of
 * which has a partner. */
static void
pair_in_order (Match *match, IsSame same, guint draft, guint draft_end, guint old, guint old_end)
{
  gsize n;
  gsize m;
  g_autofree guint16 *lengths = NULL;

  while (draft < draft_end && old < old_end && same (match, draft, old))
    pair (match, draft++, old++);
  while (draft < draft_end && old < old_end && same (match, draft_end - 1, old_end - 1))
    pair (match, --draft_end, --old_end);

  n = draft_end - draft;
  m = old_end - old;
  if (n == 0 || m == 0 || (n + 1) * (m + 1) > MAX_TABLE)
    return;

  lengths = g_new0 (guint16, (n + 1) * (m + 1));
#define LENGTH(i, j) lengths[(i) * (m + 1) + (j)]
  for (gsize i = n; i-- > 0;)
    for (gsize j = m; j-- > 0;)
      LENGTH (i, j) = same (match, draft + i, old + j)
                        ? LENGTH (i + 1, j + 1) + 1
                        : MAX (LENGTH (i + 1, j), LENGTH (i, j + 1));

  for (gsize i = 0, j = 0; i < n && j < m;)
    if (same (match, draft + i, old + j))
      pair (match, draft + i++, old + j++);
    else if (LENGTH (i + 1, j) >= LENGTH (i, j + 1))
      i++;
    else
      j++;
#undef LENGTH
}

static guint
hash_argument (const char *flag, const char *value)
{
  return (flag != NULL ? g_str_hash (flag) : 0) * 31 + (value != NULL ? g_str_hash (value) : 1);
}

/* A line that was moved is the same argument at another place. */
static void
pair_moved (Match *match)
{
  g_autoptr (GHashTable) by_hash = g_hash_table_new (NULL, NULL);

  for (guint i = match->old->len; i-- > 0;)
    if (!match->is_taken[i])
      {
        DroverArgument *old = match->old->pdata[i];
        guint hash =
          hash_argument (drover_argument_get_flag (old), drover_argument_get_value (old));

        g_hash_table_insert (by_hash, GUINT_TO_POINTER (hash), GUINT_TO_POINTER (i + 1));
      }

  for (guint i = 0; i < match->drafts->len && g_hash_table_size (by_hash) > 0; i++)
    {
      DroverCommandDraft *draft = match->drafts->pdata[i];
      guint hash = hash_argument (draft->flag, draft->value);
      guint found =
        GPOINTER_TO_UINT (g_hash_table_lookup (by_hash, GUINT_TO_POINTER (hash)));

      if (match->partner[i] < 0 && found > 0 && !match->is_taken[found - 1] &&
          is_same (match, i, found - 1))
        pair (match, i, found - 1);
    }
}

/* Between two lines that stayed, one that has another value now is still the same argument,
 * and so is a single one whatever it has become. */
static void
pair_gap (Match *match, guint draft, guint draft_end, guint old, guint old_end)
{
  if (draft_end - draft != 1 || old_end - old != 1)
    pair_in_order (match, is_same_option, draft, draft_end, old, old_end);
  else
    pair (match, draft, old);
}

/* A gap is a run of lines without a partner on one side, and on the other what is between the
 * partners of its neighbours; the moved ones within it end it too. */
static void
pair_changed (Match *match)
{
  guint n = match->drafts->len;
  guint draft = 0;

  while (draft < n)
    {
      guint draft_end = draft;
      guint old;
      guint old_end;

      if (match->partner[draft] >= 0)
        {
          draft++;
          continue;
        }

      while (draft_end < n && match->partner[draft_end] < 0)
        draft_end++;
      old = draft > 0 ? match->partner[draft - 1] + 1 : 0;
      for (old_end = old; old_end < match->old->len && !match->is_taken[old_end];)
        old_end++;
      if (old_end > old)
        pair_gap (match, draft, draft_end, old, old_end);
      draft = draft_end;
    }
}

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text == NULL)
    json_object_remove_member (object, member);
  else
    json_object_set_string_member (object, member, text);
}

static DroverArgument *
make_argument (DroverCommandDraft *draft, DroverArgument *old)
{
  g_autoptr (DroverArgument) fresh = NULL;
  g_autoptr (JsonNode) node = NULL;
  const char *note = get_note (draft, old != NULL ? drover_argument_get_note (old) : NULL);
  JsonObject *object;

  if (old != NULL && is_unchanged (draft, old))
    return drover_argument_ref (old);

  if (old == NULL)
    fresh = drover_argument_new (draft->flag, draft->value);
  if (old == NULL && note == NULL && draft->enabled)
    return g_steal_pointer (&fresh);

  node = drover_argument_to_json (old != NULL ? old : fresh);
  object = json_node_get_object (node);
  set_text (object, "flag", draft->flag);
  set_text (object, "value", draft->value);
  set_text (object, "note", note);
  if (old == NULL || draft->enabled != drover_argument_get_enabled (old))
    {
      json_object_remove_member (object, "enabled");
      if (!draft->enabled)
        json_object_set_boolean_member (object, "enabled", FALSE);
    }

  /* Every member is of its type, so this cannot fail. */
  return drover_argument_new_from_json (node, "", NULL);
}

/*
 * @drafts: (element-type DroverCommandDraft): what a text says
 * @old_arguments: (nullable) (element-type DroverArgument): what was there before
 *
 * Returns: (transfer full) (element-type DroverArgument): the arguments of the text; those that
 *   were there before are the very same
 */
GPtrArray *
drover_command_match (GPtrArray *drafts, GPtrArray *old_arguments)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  GPtrArray *old = old_arguments != NULL ? old_arguments : none;
  g_autofree int *partner = g_new (int, drafts->len);
  g_autofree gboolean *is_taken = g_new0 (gboolean, old->len);
  Match match = { drafts, old, partner, is_taken };
  GPtrArray *result =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < drafts->len; i++)
    partner[i] = -1;
  pair_in_order (&match, is_equal, 0, drafts->len, 0, old->len);
  pair_moved (&match);
  pair_changed (&match);

  for (guint i = 0; i < drafts->len; i++)
    g_ptr_array_add (result, make_argument (drafts->pdata[i],
                                            partner[i] >= 0 ? old->pdata[partner[i]] : NULL));
  return result;
}
