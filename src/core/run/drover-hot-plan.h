/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-setting.h"

G_BEGIN_DECLS

/**
 * DroverHotKind:
 * @DROVER_HOT_OTHER: nothing that a running QEMU can be told
 * @DROVER_HOT_ADD: a device is plugged in, with what stands behind it
 * @DROVER_HOT_REMOVE: a device is taken out, with what only it used
 * @DROVER_HOT_MEDIUM: another medium, or none, in a CD or floppy drive
 * @DROVER_HOT_FORWARDS: port forwards of a user-mode network
 * @DROVER_HOT_CPUS: more processors
 */
typedef enum
{
  DROVER_HOT_OTHER,
  DROVER_HOT_ADD,
  DROVER_HOT_REMOVE,
  DROVER_HOT_MEDIUM,
  DROVER_HOT_FORWARDS,
  DROVER_HOT_CPUS,
} DroverHotKind;

/**
 * DroverHotWhen:
 * @DROVER_HOT_AT_ONCE: can be tried as soon as the change is made, for it takes nothing from the
 *   guest that it did not have to expect
 * @DROVER_HOT_ON_DEMAND: can be tried, but takes something away from the guest: only when the
 *   user says so
 * @DROVER_HOT_NEXT_START: counts when the machine starts the next time
 */
typedef enum
{
  DROVER_HOT_AT_ONCE,
  DROVER_HOT_ON_DEMAND,
  DROVER_HOT_NEXT_START,
} DroverHotWhen;

/**
 * DroverHotStep:
 * @kind: what is done
 * @when: when
 * @before: (element-type int): indexes of the arguments that run and go, or are replaced
 * @after: (element-type int): indexes of the document's arguments that come in their place
 * @id: (nullable): what QEMU calls the device or drive or network
 * @title: what it is, a few words for people
 * @reason: (nullable): why it waits, a sentence
 * @key: the same for the same step of another plan
 */
typedef struct
{
  DroverHotKind kind;
  DroverHotWhen when;
  GArray *before;
  GArray *after;
  char *id;
  char *title;
  char *reason;
  char *key;
} DroverHotStep;

/**
 * DroverHotPlan:
 * @before: (element-type DroverArgument): what runs
 * @after: (element-type DroverArgument): the document's arguments, also those that are switched off
 * @origins: (element-type int): by index in @after: the argument in @before that it is, or that
 *   it replaces; -1 for a new one
 * @steps: (element-type DroverHotStep): the differences, in the order in which to make them
 *
 * The way from what runs to what the document says.
 */
typedef struct
{
  GPtrArray *before;
  GPtrArray *after;
  GArray *origins;
  GPtrArray *steps;
} DroverHotPlan;

GPtrArray     *drover_hot_read_command (const char *const *command, GPtrArray *document);
DroverHotPlan *drover_hot_plan_new     (GPtrArray *before, GPtrArray *after, const char *program);
void           drover_hot_plan_free    (DroverHotPlan *self);
DroverHotStep *drover_hot_plan_find    (DroverHotPlan *self, int argument);
gboolean       drover_hot_plan_setting_differs (DroverHotPlan *self, const DroverSetting *setting,
                                        const DroverScope *scope);
GPtrArray     *drover_hot_plan_merge   (DroverHotPlan *self, GPtrArray *done);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverHotPlan, drover_hot_plan_free)

G_END_DECLS
