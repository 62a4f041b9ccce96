/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-event-log.h"
#include "drover-event-words.h"
#include "drover-json.h"

/* One event of QMP, or a note of Drover's own between them. The message is kept as text: that
 * is a fraction of what its tree takes, and most are never looked at. */
struct _DroverEvent
{
  GObject parent_instance;

  gint64 time;
  char *name;
  char *json;
  char *sentence;
};

G_DEFINE_FINAL_TYPE (DroverEvent, drover_event, G_TYPE_OBJECT)

static void
drover_event_finalize (GObject *object)
{
  DroverEvent *self = DROVER_EVENT (object);

  g_free (self->name);
  g_free (self->json);
  g_free (self->sentence);

  G_OBJECT_CLASS (drover_event_parent_class)->finalize (object);
}

static void
drover_event_class_init (DroverEventClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_event_finalize;
}

static void
drover_event_init (DroverEvent *self)
{
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* QEMU says -1 for both where its clock failed. */
static gint64
read_time (JsonObject *message)
{
  JsonObject *stamp = get_object (message, "timestamp");
  gint64 seconds = -1;

  if (stamp != NULL)
    seconds = json_object_get_int_member_with_default (stamp, "seconds", -1);
  if (seconds < 0 || seconds > G_MAXINT64 / G_USEC_PER_SEC - 1)
    return g_get_real_time ();

  return seconds * G_USEC_PER_SEC +
         json_object_get_int_member_with_default (stamp, "microseconds", 0);
}

/**
 * drover_event_new:
 * @message: an event as QMP sent it, with its `event`, `data` and `timestamp`
 *
 * Returns: (transfer full): it, for people
 */
DroverEvent *
drover_event_new (JsonObject *message)
{
  DroverEvent *self = g_object_new (DROVER_TYPE_EVENT, NULL);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, message);
  self->time = read_time (message);
  self->name = g_strdup (json_object_get_string_member_with_default (message, "event", ""));
  self->json = drover_json_to_text (node, FALSE);
  return self;
}

/**
 * drover_event_get_time:
 *
 * Returns: when it happened, in microseconds since 1970, by the host's clock
 */
gint64
drover_event_get_time (DroverEvent *self)
{
  g_return_val_if_fail (DROVER_IS_EVENT (self), 0);
  return self->time;
}

/**
 * drover_event_get_name:
 *
 * Returns: (nullable): QMP's name of it, such as `STOP`; %NULL of a note of Drover's
 */
const char *
drover_event_get_name (DroverEvent *self)
{
  g_return_val_if_fail (DROVER_IS_EVENT (self), NULL);
  return self->name;
}

/**
 * drover_event_get_json:
 *
 * Returns: (nullable): the whole message, on one line; %NULL of a note of Drover's
 */
const char *
drover_event_get_json (DroverEvent *self)
{
  g_return_val_if_fail (DROVER_IS_EVENT (self), NULL);
  return self->json;
}

/**
 * drover_event_get_sentence:
 *
 * Returns: what happened, in plain words
 */
const char *
drover_event_get_sentence (DroverEvent *self)
{
  g_return_val_if_fail (DROVER_IS_EVENT (self), NULL);

  if (self->sentence == NULL)
    {
      g_autoptr (JsonNode) node = drover_json_parse (self->json, -1, NULL);

      self->sentence = drover_event_words_dup (self->name,
                                               get_object (json_node_get_object (node), "data"));
    }

  return self->sentence;
}

/**
 * drover_event_dup_pretty:
 *
 * Returns: (transfer full) (nullable): the whole message, with line breaks; %NULL of a note
 */
char *
drover_event_dup_pretty (DroverEvent *self)
{
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (DROVER_IS_EVENT (self), NULL);

  if (self->json == NULL)
    return NULL;

  node = drover_json_parse (self->json, -1, NULL);
  return drover_json_to_text (node, TRUE);
}

/**
 * drover_event_dup_clock:
 *
 * Returns: (transfer full): its time of day with milliseconds, in the local time zone
 */
char *
drover_event_dup_clock (DroverEvent *self)
{
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *seconds = NULL;

  g_return_val_if_fail (DROVER_IS_EVENT (self), NULL);

  time = g_date_time_new_from_unix_local_usec (self->time);
  if (time == NULL)
    return g_strdup ("—");
  seconds = g_date_time_format (time, "%H:%M:%S");
  return g_strdup_printf ("%s.%03d", seconds, g_date_time_get_microsecond (time) / 1000);
}

/**
 * drover_event_matches:
 * @words: case-folded words
 *
 * Returns: whether each of @words is in the event's name, its sentence or its message
 */
gboolean
drover_event_matches (DroverEvent *self, const char *const *words)
{
  g_autofree char *text = NULL;
  g_autofree char *folded = NULL;

  g_return_val_if_fail (DROVER_IS_EVENT (self), FALSE);

  if (words == NULL || words[0] == NULL)
    return TRUE;

  text = g_strjoin ("\n", drover_event_get_sentence (self), self->json, NULL);
  folded = g_utf8_casefold (text, -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL)
      return FALSE;

  return TRUE;
}

/* What happened to one run since Drover attached to it, the oldest first. */
struct _DroverEventLog
{
  GObject parent_instance;

  GListStore *events;
  gsize n_bytes;
  guint n_forgotten;
};

G_DEFINE_FINAL_TYPE (DroverEventLog, drover_event_log, G_TYPE_OBJECT)

static void
drover_event_log_finalize (GObject *object)
{
  g_clear_object (&DROVER_EVENT_LOG (object)->events);

  G_OBJECT_CLASS (drover_event_log_parent_class)->finalize (object);
}

static void
drover_event_log_class_init (DroverEventLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_event_log_finalize;
}

static void
drover_event_log_init (DroverEventLog *self)
{
  self->events = g_list_store_new (DROVER_TYPE_EVENT);
}

/**
 * drover_event_log_new:
 *
 * Returns: (transfer full): a log without events
 */
DroverEventLog *
drover_event_log_new (void)
{
  return g_object_new (DROVER_TYPE_EVENT_LOG, NULL);
}

static gsize
count_bytes (DroverEvent *event)
{
  return strlen (event->json != NULL ? event->json : event->sentence);
}

/* The oldest make room, and some more of them at once: a list in a window takes one change of
 * many rows better than many changes of one. */
static void
make_room (DroverEventLog *self, gsize n_bytes)
{
  GListModel *events = G_LIST_MODEL (self->events);
  guint n_events = g_list_model_get_n_items (events);
  guint spare = DROVER_EVENT_LOG_MAX_EVENTS / 20;
  guint n = 0;

  if (n_events < DROVER_EVENT_LOG_MAX_EVENTS &&
      self->n_bytes + n_bytes <= DROVER_EVENT_LOG_MAX_BYTES)
    return;

  while (n < n_events && (n < spare || self->n_bytes + n_bytes > DROVER_EVENT_LOG_MAX_BYTES))
    {
      g_autoptr (DroverEvent) event = g_list_model_get_item (events, n);

      self->n_bytes -= count_bytes (event);
      n++;
    }
  self->n_forgotten += n;
  g_list_store_splice (self->events, 0, n, NULL, 0);
}

static void
take (DroverEventLog *self, DroverEvent *event)
{
  gsize n_bytes = count_bytes (event);

  make_room (self, n_bytes);
  self->n_bytes += n_bytes;
  g_list_store_append (self->events, event);
  g_object_unref (event);
}

/**
 * drover_event_log_add:
 * @message: an event as QMP sent it
 *
 * Takes note of an event.
 */
void
drover_event_log_add (DroverEventLog *self, JsonObject *message)
{
  g_return_if_fail (DROVER_IS_EVENT_LOG (self));
  take (self, drover_event_new (message));
}

/**
 * drover_event_log_note:
 * @sentence: for people
 *
 * Puts something between the events that QEMU does not tell itself.
 */
void
drover_event_log_note (DroverEventLog *self, const char *sentence)
{
  DroverEvent *event;

  g_return_if_fail (DROVER_IS_EVENT_LOG (self));

  event = g_object_new (DROVER_TYPE_EVENT, NULL);
  event->time = g_get_real_time ();
  event->sentence = g_strdup (sentence);
  take (self, event);
}

/**
 * drover_event_log_get_events:
 *
 * Returns: (transfer none): a list of #DroverEvent, the oldest first
 */
GListModel *
drover_event_log_get_events (DroverEventLog *self)
{
  g_return_val_if_fail (DROVER_IS_EVENT_LOG (self), NULL);
  return G_LIST_MODEL (self->events);
}

/**
 * drover_event_log_get_n_forgotten:
 *
 * Returns: how many of the oldest are no longer in the list
 */
guint
drover_event_log_get_n_forgotten (DroverEventLog *self)
{
  g_return_val_if_fail (DROVER_IS_EVENT_LOG (self), 0);
  return self->n_forgotten;
}
