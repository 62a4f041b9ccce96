/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

/**
 * DroverSettingKind:
 * @DROVER_SETTING_TEXT: any text
 * @DROVER_SETTING_INTEGER: a whole number
 * @DROVER_SETTING_SIZE: a number of bytes, with QEMU's suffixes
 * @DROVER_SETTING_SWITCH: on or off; absence is the third state
 * @DROVER_SETTING_CHOICE: one of a list, which is a suggestion and never a limit
 * @DROVER_SETTING_PATH: a file or a folder
 * @DROVER_SETTING_FLAGS: a list of features, each on, off or absent (`-cpu host,+x,y=off`);
 *   its text is what follows the first word: `+x,y=off`
 * @DROVER_SETTING_LIST: words in an order that counts, each in an argument of its own; its text
 *   joins them by colons, as `kvm:tcg` for `-accel kvm -accel tcg`
 *
 * How a value is shown, checked and compared; what is not of its kind is opaque.
 */
typedef enum
{
  DROVER_SETTING_TEXT,
  DROVER_SETTING_INTEGER,
  DROVER_SETTING_SIZE,
  DROVER_SETTING_SWITCH,
  DROVER_SETTING_CHOICE,
  DROVER_SETTING_PATH,
  DROVER_SETTING_FLAGS,
  DROVER_SETTING_LIST,
} DroverSettingKind;

/**
 * DroverHalf:
 * @DROVER_HALF_WHOLE: anywhere in the list of arguments: a setting of the machine
 * @DROVER_HALF_FRONT: the part's guest side, as `-device virtio-net-pci`
 * @DROVER_HALF_BACK: the part's host side, as `-netdev user` or `-drive`, `-blockdev`
 * @DROVER_HALF_FILE: the protocol node below a format node of `-blockdev`
 */
typedef enum
{
  DROVER_HALF_WHOLE,
  DROVER_HALF_FRONT,
  DROVER_HALF_BACK,
  DROVER_HALF_FILE,
} DroverHalf;

/**
 * DroverPlace:
 * @option: without dashes; the empty string for a bare image name
 * @key: (nullable): the key of a keyval or the path of a JSON member, as `file.filename`;
 *   %NULL for the whole value, or for an option that takes no value
 * @means: (nullable): without a key, what the option's mere presence says, as `kvm` for
 *   `-enable-kvm`. With one, what the argument must be for the place to count: `tcg` for
 *   `-accel tcg,thread=multi`; `gtk|sdl` and `virtio-balloon*` where several will do, `!nic`
 *   for any other
 * @half: which argument of a part it stands in
 */
typedef struct
{
  const char *option;
  const char *key;
  const char *means;
  DroverHalf half;
} DroverPlace;

#define DROVER_SETTING_N_PLACES 16

/**
 * DroverSetting:
 * @id: as typed at `droverctl get`: `memory.size`
 * @page: the configuration page: `memory`
 * @group: (nullable): the heading on that page, translatable
 * @title: translatable
 * @summary: one sentence that explains it, translatable
 * @kind: how its value is shown and compared
 * @places: where it may stand; any is read, it is written where it was found, and created in
 *   the first. Ends with an option of %NULL.
 * @choices: (nullable): values that every QEMU has
 * @suggest: (nullable): what to ask the catalogue for more: see drover_catalogue_suggest()
 * @absent: (nullable): what QEMU does without it, translatable
 * @unit: (nullable): the unit of a number, translatable; of a size, that of a number without
 *   a suffix, if it is not bytes: `MiB` for `-m 512`
 * @minimum: the least number that makes sense
 * @maximum: the largest; 0 for no limit
 *
 * One row of a configuration page: a lens over the list of arguments.
 */
typedef struct
{
  const char *id;
  const char *page;
  const char *group;
  const char *title;
  const char *summary;
  DroverSettingKind kind;
  DroverPlace places[DROVER_SETTING_N_PLACES];
  const char *const *choices;
  const char *suggest;
  const char *absent;
  const char *unit;
  gint64 minimum;
  gint64 maximum;
} DroverSetting;

/**
 * DroverScope:
 * @front: index of the guest side's argument, or -1
 * @back: index of the host side's argument, or -1
 * @file: index of the protocol node's argument, or -1
 *
 * The arguments that make one part, for the settings of parts.
 */
typedef struct
{
  int front;
  int back;
  int file;
} DroverScope;

/**
 * DroverSettingState:
 * @DROVER_SETTING_ABSENT: QEMU's own default counts
 * @DROVER_SETTING_VALUE: it has a value of its kind
 * @DROVER_SETTING_OPAQUE: it is there, but not ours to read (`-m $RAM`)
 * @DROVER_SETTING_CONFLICT: it is set in two places, or twice in one
 *
 * The last two are shown as text and never overwritten.
 */
typedef enum
{
  DROVER_SETTING_ABSENT,
  DROVER_SETTING_VALUE,
  DROVER_SETTING_OPAQUE,
  DROVER_SETTING_CONFLICT,
} DroverSettingState;

/**
 * DroverReading:
 * @state: what was found
 * @text: (nullable): the value as the user reads it, `,,` undone; in a conflict the one that
 *   QEMU would take
 * @argument: index of the argument it stands in, or -1
 * @start: offset of the item (key included) in that argument's value
 * @end: offset after it; equal to @start when the flag itself is the value
 * @file: (nullable): the file of a `-readconfig` that it stands in, as the command line names it;
 *   there is no @argument then
 */
typedef struct
{
  DroverSettingState state;
  char *text;
  char *file;
  int argument;
  gsize start;
  gsize end;
} DroverReading;

const DroverSetting *const *drover_settings_list (guint *n_settings);
const DroverSetting *const *drover_settings_list_for (const char *kind, guint *n_settings);
const DroverSetting *drover_setting_find  (const char *id);

DroverReading       *drover_setting_read  (const DroverSetting *setting, GPtrArray *arguments,
                                           const DroverScope *scope);
GPtrArray           *drover_setting_write (const DroverSetting *setting, GPtrArray *arguments,
                                           const DroverScope *scope, const char *text,
                                           GError **error);
char                *drover_setting_dup_words (const DroverSetting *setting, GPtrArray *arguments,
                                           const DroverScope *scope, const char *text);
gboolean             drover_setting_stands_at (const DroverSetting *setting, GPtrArray *arguments,
                                           const DroverScope *scope, guint argument,
                                           gsize offset);
gboolean             drover_setting_applies (const DroverSetting *setting, GPtrArray *arguments,
                                           const DroverScope *scope);
void                 drover_reading_free  (DroverReading *self);

gboolean             drover_setting_check (const DroverSetting *setting, const char *text,
                                           GError **error);
gboolean             drover_setting_equal (const DroverSetting *setting, const char *a,
                                           const char *b);
guint64              drover_setting_get_size_unit (const DroverSetting *setting);
gboolean             drover_size_parse    (const char *text, guint64 unit, guint64 *bytes);
gboolean             drover_integer_parse (const char *text, gint64 *number);
gboolean             drover_switch_parse  (const char *text, gboolean *on);
char                *drover_flags_dup     (const char *flags, const char *name);
char                *drover_flags_set     (const char *flags, const char *name, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverReading, drover_reading_free)

G_END_DECLS
