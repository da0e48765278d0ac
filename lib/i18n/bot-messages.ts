import type { Language } from '../contract/session.ts';
import { markup, type BotHtml } from './bot-html.ts';
import { formatCount, type PluralForms } from './format.ts';

const MINUTES: Record<Language, PluralForms> = {
  en: { one: 'minute', other: 'minutes' },
  ru: { one: 'минуту', few: 'минуты', many: 'минут', other: 'минуты' },
};

/** What the bot says in chat. `plan` reads like `Thailand · 5 GB · 30 days`, `stars` like `245 ⭐`. */
const en = {
  button: {
    openShop: 'Open the shop',
    openEsim: 'Open in the app',
    openHelp: 'Questions and answers',
    history: 'My purchases',
    installOnIphone: 'Install on iPhone',
    installOnAndroid: 'Install on Android',
    copyCode: 'Copy the full code',
  },

  setup: {
    menuButton: 'Shop',
    description: (shop: string) =>
      `${shop}: mobile internet abroad without a plastic SIM. Choose a country, pay with Telegram Stars, and the eSIM arrives in this chat in a few seconds.`,
    shortDescription: 'eSIM for travel in 190+ countries, paid with Telegram Stars.',
    command: {
      start: 'Open the shop',
      help: 'How it works',
      support: 'Ask a person',
      paysupport: 'Payments and refunds',
      terms: 'Terms of sale',
      privacy: 'What we keep about you',
      deletedata: 'Delete my data',
    },
  },

  reply: {
    start: (shop: string) =>
      markup`<b>${shop}</b>

Mobile internet in 190+ countries, without a plastic SIM and without roaming bills.

Choose a country, pay with Telegram Stars, and the eSIM arrives here in a few seconds.`,
    help: () =>
      markup`<b>How it works</b>

1. Open the shop, choose a country and a plan.
2. Pay with Telegram Stars. The eSIM comes to this chat and stays in the app.
3. Install it before you leave, over Wi-Fi. On arrival, turn it on and allow it data roaming.

Payments and refunds: /paysupport
Ask a person: /support`,
    support: (contact: BotHtml) => markup`<b>Ask a person</b>

${contact}

Name the country and the day of the purchase; both are in the app under “My purchases”. Never send the QR code or the activation code to anyone.`,
    paysupport: (minutes: number, contact: BotHtml) => markup`<b>Payments and refunds</b>

If the eSIM does not arrive within ${formatCount('en', minutes, MINUTES.en)}, all the Stars come back by themselves. You need not write to anyone.

If the eSIM does not work, open it in the app and tap “Not working?”: most cases are settled there in a minute. If that does not help, we look into it and return the Stars when the fault is not yours.

${contact}`,
    terms: (shop: string, minutes: number) => markup`<b>Terms of sale</b>

1. ${shop} sells prepaid mobile data as an eSIM. It gives internet only: no phone number, no calls, no text messages.
2. The price is in Telegram Stars and is final: nothing is charged later.
3. Your phone must support eSIM and must not be locked to one operator.
4. If the eSIM is not delivered within ${formatCount('en', minutes, MINUTES.en)}, all the Stars come back by themselves.
5. An eSIM that was not installed and does not work for a reason on our side is refunded in full. Data that was used is not.
6. Buying means agreeing to these terms. Questions about a payment: /paysupport`,
    privacy: () => markup`<b>What we keep about you</b>

Your Telegram id and language, your purchases, and the eSIMs you bought. Activation codes are stored encrypted. So is an e-mail address that you give for a copy; it is erased once the letter is sent, or after two days if it could not be.

We do not see your card, your messages or the sites you visit. The operator receives no name and no Telegram id from us.

To have your data deleted: /deletedata`,
    hint: () =>
      markup`I understand buttons and commands only. The shop is below; how it works: /help, a question for a person: /support.`,
    contact: (contact: string) => markup`Write to us: ${contact}`,
    noContact: () => markup`Open the app, section “Help”: the answers and the way to reach us are there.`,
  },

  erasure: {
    confirm: () => markup`<b>Delete your data?</b>

What goes: your language, e-mail address, purchase history, and your eSIMs in the shop with their names, QR codes, activation codes and usage.

An installed eSIM goes on working in the phone, but the shop can no longer show it, add data to it or help with it. One that is <b>not installed yet</b> can then only be installed from a message that is still in this chat.

What the books must keep: your Telegram id, what was bought and when, the amounts and the numbers of payments and eSIMs.

This cannot be undone.`,
    button: 'Delete my data',
    done: () => markup`<b>Your data is deleted</b>

The messages in this chat are yours: delete them in Telegram. If you open the shop again, it starts anew.`,
    deferred: () => markup`<b>Your data will be deleted</b>

A payment or a paid order of yours is still under way. As soon as it is settled, everything is deleted by itself and we write to you here. An eSIM that arrives meanwhile stays in the app for at least a day, so that you can install it.`,
    later: () => markup`<b>Your data will be deleted</b>

It did not work just now. It will be done by itself, and then we write to you here.`,
  },

  ready: {
    title: (place: string) => markup`<b>Your eSIM is ready: ${place}</b>`,
    paid: (plan: string, stars: string) => markup`${plan}
Paid: ${stars}`,
    insteadOfTopUp: () =>
      markup`We could not add the data to your eSIM, so it came as a new one at the same price. Install it as well.`,
    steps:
      () => markup`1. On this phone, tap the install button for your system. For another phone, scan this code with its camera.
2. Install before you leave, over Wi-Fi.
3. On arrival, turn this eSIM on and allow it data roaming.`,
    codes: (smdpAddress: string, matchingId: string, lpaString: string) => markup`If the phone asks for codes:
SM-DP+ address: <code>${smdpAddress}</code>
Activation code: <code>${matchingId}</code>
Both in one: <code>${lpaString}</code>`,
  },

  topUp: {
    title: (place: string) => markup`<b>Data added: ${place}</b>`,
    body: (plan: string, stars: string) => markup`${plan}
Paid: ${stars}

Nothing to install: it works on the eSIM you already have.`,
  },

  late: (plan: string, stars: string, minutes: number) => markup`<b>This is taking longer than usual</b>

${plan}
Your payment of ${stars} has arrived and is safe. We keep trying; if it does not work out within ${formatCount('en', minutes, MINUTES.en)}, all the Stars come back by themselves.`,

  refund: {
    title: (stars: string) => markup`<b>${stars} returned</b>`,
    money: (stars: string) => markup`All ${stars} are back on your Telegram balance.`,
    reason: {
      supplier_refused: 'The operator could not issue this eSIM.',
      supplier_lost_the_order: 'The operator did not issue this eSIM.',
      not_delivered_in_time: 'The eSIM was not issued in time.',
      wrong_amount: 'The amount paid was not the price of the order.',
      wrong_user: 'This invoice was made for another person, so the purchase did not take place.',
      second_charge: 'This order was paid twice. The first payment stands; this one is returned.',
      paid_too_late: 'The payment came after the order had expired, so the purchase did not take place.',
      esim_erased: 'The eSIM of this top-up was deleted from the shop with your data, so nothing was added to it.',
      by_shop: 'We returned your payment.',
    },
    planEnds: () => markup`The plan of this order has ended with that.`,
    again: () => markup`You can choose again in the shop.`,
  },

  alert: {
    paid_not_delivered: {
      title: 'Paid but not delivered',
      meaning: 'A buyer has paid and got no eSIM in time. If nothing was bought, the Stars go back by themselves.',
      action: 'Open the order in the admin. If the Stars did not go back, look it up in the eSIM Go portal.',
    },
    needs_human: {
      title: 'An order waits for a decision',
      meaning: 'The shop cannot prove whether eSIM Go issued the eSIM, so it neither delivers nor refunds by itself.',
      action: 'Compare the order with the orders in the eSIM Go portal, then deliver or refund in the admin.',
    },
    refund_failed: {
      title: 'A refund failed',
      meaning: 'Stars that are due did not go back: Telegram refuses, or it has not worked for an hour.',
      action: 'Open the order in the admin, read the reason, and repeat the refund.',
    },
    refund_not_in_ledger: {
      title: 'A refund is not in Telegram’s ledger',
      meaning: 'The shop booked Stars as returned, but an hour later the ledger of the bot does not show it.',
      action: 'Follow “refund_not_in_ledger” in docs/runbook.md: the buyer may still be without the Stars.',
    },
    foreign_charge: {
      title: 'A charge that is not of this shop',
      meaning: 'The bot received Stars for an invoice that names no order here. Nothing was delivered or returned.',
      action: 'Check that one bot serves one shop and one database; then refund or assign it by hand.',
    },
    foreign_charges_stopped_sweep: {
      title: 'The sweep of the Stars ledger stopped',
      meaning: 'Several charges in one run name no order here, which points to another shop on the same bot.',
      action: 'Check which database and which bot token are in use before anything else.',
    },
    orphan_order: {
      title: 'eSIM Go has an order that nobody owns',
      meaning: 'The supplier placed an order that belongs to no order of the shop: it was paid for and is unused.',
      action: 'Check the reference in the portal; ask eSIM Go to credit it if it is unused.',
    },
    top_up_on_another_esim: {
      title: 'A top-up came as another eSIM',
      meaning: 'eSIM Go put the data on a new eSIM. The buyer has received it and was told.',
      action: 'Nothing to do for the buyer. Report it to eSIM Go if it happens again.',
    },
    iccid_already_known: {
      title: 'eSIM Go named an eSIM that is already sold',
      meaning: 'The answer to a new order names an ICCID of another order. It was not delivered twice.',
      action: 'Compare both orders in the portal, then deliver or refund in the admin.',
    },
    charged_back_after_delivery: {
      title: 'Stars taken back after delivery',
      meaning: 'Telegram returned the payment of a delivered eSIM. The loss is in the books.',
      action: 'Check in the admin whether the eSIM was withdrawn.',
    },
    esim_not_withdrawn: {
      title: 'A refunded plan still runs',
      meaning:
        'The Stars of a delivered plan went back, but another paid plan runs on the same eSIM, so it was not suspended.',
      action: 'Decide in the eSIM Go portal whether to revoke the refunded bundle. The loss is in the books.',
    },
    database_restored: {
      title: 'This database is an old copy',
      meaning: 'Telegram or eSIM Go knows orders that are missing here. Nothing of them is refunded or bought again.',
      action: 'Follow “database_restored” in docs/runbook.md before anything else.',
    },
    sealed_values_unreadable: {
      title: 'Stored codes cannot be opened',
      meaning: 'Some activation codes or addresses are sealed with a key that is not set, or were altered.',
      action: 'Set the key they were sealed with as DATA_KEY_PREVIOUS. Nothing was deleted.',
    },
    erasure_not_done: {
      title: 'Personal data is not deleted',
      meaning: 'Somebody asked for their data to be deleted. That failed, or something has held it up for three days.',
      action: 'Follow “erasure_not_done” in docs/runbook.md. Failed ones are tried again by themselves.',
    },
    job_failed: {
      title: 'A job gave up',
      meaning: 'Work that must happen was tried many times without success.',
      action: 'Open the order in the admin and start it again; the log names the error.',
    },
    supplier_balance_low: {
      title: 'The balance at eSIM Go is low',
      meaning: 'Soon no order can be placed; the shop stops selling before that.',
      action: 'Top the balance up in the eSIM Go portal.',
    },
    supplier_refuses_key: {
      title: 'eSIM Go refuses our key',
      meaning: 'Nothing can be issued. Paid orders wait, then the Stars go back by themselves.',
      action: 'Check ESIMGO_API_KEY in the portal under Account Settings → API Details.',
    },
    supplier_unreachable: {
      title: 'eSIM Go does not answer',
      meaning: 'Buying is closed until it answers again. Paid orders wait, then the Stars go back by themselves.',
      action: 'Look at the status page of eSIM Go; nothing to set here.',
    },
    catalogue_stale: {
      title: 'The catalogue is old',
      meaning: 'It could not be read for a while. The shop sells from the last good copy.',
      action: 'Run `npm run esimgo:probe`, or import a price list in the admin.',
    },
    prices_quarantined: {
      title: 'Costs moved too far',
      meaning: 'Some plans changed cost by more than 40 % at once and are not sold until you decide.',
      action: 'Accept or hide them in the admin under Prices.',
    },
    exchange_rate_missing: {
      title: 'No exchange rate',
      meaning: 'eSIM Go charges in a currency that has no dated rate in the price settings, so nothing is sold.',
      action: 'Enter the rate in the admin under Prices.',
    },
    signature_failures: {
      title: 'Callbacks with a wrong signature',
      meaning: 'Somebody calls the webhook of eSIM Go without the right key, or the key was changed.',
      action: 'If you changed the key, set ESIMGO_API_KEY_PREVIOUS; otherwise nothing is at risk.',
    },
    error_rate: {
      title: 'Many requests fail',
      meaning: 'The share of answers with status 500 is above normal.',
      action: 'Search the log for "level":"error" and take the most frequent event first.',
    },
    delivery_rate_low: {
      title: 'Fewer eSIMs delivered than paid',
      meaning: 'Delivered ÷ paid is below 95 %.',
      action: 'Open the list “Needs attention” in the admin.',
    },
  },
  alertFacts: { order: 'Order', stars: 'Stars', detail: 'Detail' },
};

export type BotMessages = typeof en;
export type AlertCode = keyof BotMessages['alert'];
export type RefundReason = keyof BotMessages['refund']['reason'];

const ru = {
  button: {
    openShop: 'Открыть магазин',
    openEsim: 'Открыть в приложении',
    openHelp: 'Вопросы и ответы',
    history: 'Мои покупки',
    installOnIphone: 'Установить на iPhone',
    installOnAndroid: 'Установить на Android',
    copyCode: 'Скопировать код целиком',
  },

  setup: {
    menuButton: 'Магазин',
    description: (shop: string) =>
      `${shop}: мобильный интернет за границей без пластиковой симки. Выберите страну, оплатите звёздами Telegram — eSIM придёт в этот чат за несколько секунд.`,
    shortDescription: 'eSIM для поездок в 190+ стран, оплата звёздами Telegram.',
    command: {
      start: 'Открыть магазин',
      help: 'Как это работает',
      support: 'Написать человеку',
      paysupport: 'Оплата и возвраты',
      terms: 'Условия продажи',
      privacy: 'Что мы о вас храним',
      deletedata: 'Удалить мои данные',
    },
  },

  reply: {
    start: (shop: string) =>
      markup`<b>${shop}</b>

Мобильный интернет в 190+ странах: без пластиковой симки и без счетов за роуминг.

Выберите страну, оплатите звёздами Telegram — eSIM придёт сюда за несколько секунд.`,
    help: () =>
      markup`<b>Как это работает</b>

1. Откройте магазин, выберите страну и тариф.
2. Оплатите звёздами Telegram. eSIM придёт в этот чат и останется в приложении.
3. Установите его до поездки, по Wi-Fi. На месте включите его и разрешите ему роуминг данных.

Оплата и возвраты: /paysupport
Написать человеку: /support`,
    support: (contact: BotHtml) => markup`<b>Написать человеку</b>

${contact}

Назовите страну и день покупки: они есть в приложении, в разделе «Мои покупки». Никому не отправляйте QR-код и код активации.`,
    paysupport: (minutes: number, contact: BotHtml) => markup`<b>Оплата и возвраты</b>

Если eSIM не придёт за ${formatCount('ru', minutes, MINUTES.ru)}, все звёзды вернутся сами. Писать никому не нужно.

Если eSIM не работает, откройте его в приложении и нажмите «Не работает?»: чаще всего всё решается там за минуту. Если не помогло, мы разберёмся и вернём звёзды, когда причина не в вас.

${contact}`,
    terms: (shop: string, minutes: number) => markup`<b>Условия продажи</b>

1. ${shop} продаёт предоплаченный мобильный интернет в виде eSIM. Это только интернет: без номера, звонков и СМС.
2. Цена указана в звёздах Telegram и окончательна: потом ничего не списывается.
3. Телефон должен поддерживать eSIM и не быть привязан к одному оператору.
4. Если eSIM не придёт за ${formatCount('ru', minutes, MINUTES.ru)}, все звёзды вернутся сами.
5. За eSIM, который не устанавливали и который не работает по нашей вине, возвращаем всю сумму. За потраченный трафик — нет.
6. Покупая, вы соглашаетесь с этими условиями. Вопросы об оплате: /paysupport`,
    privacy: () => markup`<b>Что мы о вас храним</b>

Ваш id и язык в Telegram, покупки и купленные eSIM. Коды активации хранятся зашифрованными. Адрес почты, если вы указали его для копии, тоже; он стирается, когда письмо отправлено, а если письма не вышло, через два дня.

Мы не видим вашу карту, переписку и сайты, которые вы открываете. Оператор не получает от нас ни имени, ни id в Telegram.

Удалить свои данные: /deletedata`,
    hint: () =>
      markup`Я понимаю только кнопки и команды. Магазин — ниже; как это работает: /help, вопрос человеку: /support.`,
    contact: (contact: string) => markup`Напишите нам: ${contact}`,
    noContact: () => markup`Откройте в приложении раздел «Помощь»: там ответы и способ связаться с нами.`,
  },

  erasure: {
    confirm: () => markup`<b>Удалить ваши данные?</b>

Исчезнут: язык, адрес почты, история покупок и ваши eSIM в магазине — с названиями, QR-кодами, кодами активации и расходом.

Установленный eSIM продолжит работать в телефоне, но магазин больше не сможет его показать, пополнить или помочь с ним. eSIM, который <b>ещё не установлен</b>, потом можно будет установить только из сообщения, оставшегося в этом чате.

Для учёта останутся: ваш id в Telegram, что и когда куплено, суммы и номера платежей и eSIM.

Отменить это нельзя.`,
    button: 'Удалить мои данные',
    done: () => markup`<b>Ваши данные удалены</b>

Сообщения в этом чате — ваши: удалите их в Telegram. Если откроете магазин снова, он начнёт с чистого листа.`,
    deferred: () => markup`<b>Ваши данные будут удалены</b>

Оплата или оплаченный заказ ещё в пути. Как только всё завершится, данные удалятся сами, и мы напишем сюда. eSIM, который придёт за это время, останется в приложении хотя бы на сутки, чтобы вы успели его установить.`,
    later: () => markup`<b>Ваши данные будут удалены</b>

Сейчас не получилось. Они удалятся сами, и тогда мы напишем сюда.`,
  },

  ready: {
    title: (place: string) => markup`<b>eSIM готов: ${place}</b>`,
    paid: (plan: string, stars: string) => markup`${plan}
Оплачено: ${stars}`,
    insteadOfTopUp: () =>
      markup`Добавить трафик на ваш eSIM не получилось, поэтому пришёл новый за ту же цену. Установите и его.`,
    steps:
      () => markup`1. На этом телефоне нажмите кнопку установки для своей системы. Для другого телефона наведите его камеру на код.
2. Установите до поездки, по Wi-Fi.
3. На месте включите этот eSIM и разрешите ему роуминг данных.`,
    codes: (smdpAddress: string, matchingId: string, lpaString: string) => markup`Если телефон спросит коды:
Адрес SM-DP+: <code>${smdpAddress}</code>
Код активации: <code>${matchingId}</code>
Оба сразу: <code>${lpaString}</code>`,
  },

  topUp: {
    title: (place: string) => markup`<b>Трафик добавлен: ${place}</b>`,
    body: (plan: string, stars: string) => markup`${plan}
Оплачено: ${stars}

Устанавливать ничего не нужно: он работает на eSIM, который у вас уже есть.`,
  },

  late: (plan: string, stars: string, minutes: number) => markup`<b>Выпускаем дольше обычного</b>

${plan}
Ваша оплата ${stars} получена, с ней всё в порядке. Мы продолжаем; если не получится за ${formatCount('ru', minutes, MINUTES.ru)}, все звёзды вернутся сами.`,

  refund: {
    title: (stars: string) => markup`<b>Возврат: ${stars}</b>`,
    money: (stars: string) => markup`Все ${stars} снова на вашем балансе в Telegram.`,
    reason: {
      supplier_refused: 'Оператор не смог выпустить этот eSIM.',
      supplier_lost_the_order: 'Оператор не выпустил этот eSIM.',
      not_delivered_in_time: 'eSIM не успели выпустить вовремя.',
      wrong_amount: 'Оплаченная сумма не совпала с ценой заказа.',
      wrong_user: 'Этот счёт был выставлен другому человеку, поэтому покупка не состоялась.',
      second_charge: 'Этот заказ был оплачен дважды. Первая оплата в силе, эту вернули.',
      paid_too_late: 'Оплата пришла, когда заказ уже истёк, поэтому покупка не состоялась.',
      esim_erased: 'Этот eSIM удалён из магазина вместе с вашими данными, поэтому пополнение не состоялось.',
      by_shop: 'Мы вернули вашу оплату.',
    },
    planEnds: () => markup`Тариф этого заказа больше не действует.`,
    again: () => markup`Выбрать снова можно в магазине.`,
  },

  alert: {
    paid_not_delivered: {
      title: 'Оплачено, но не доставлено',
      meaning: 'Покупатель заплатил, но вовремя eSIM не получил. Если он не был куплен, звёзды вернутся сами.',
      action: 'Откройте заказ в админке. Если звёзды не вернулись, найдите его в портале eSIM Go.',
    },
    needs_human: {
      title: 'Заказ ждёт решения',
      meaning: 'Магазин не может доказать, выпустил ли eSIM Go eSIM, поэтому сам не доставляет и не возвращает.',
      action: 'Сверьте заказ со списком в портале eSIM Go и доставьте или верните его в админке.',
    },
    refund_failed: {
      title: 'Возврат не прошёл',
      meaning: 'Звёзды, которые пора вернуть, не вернулись: Telegram отказывает, или за час ничего не вышло.',
      action: 'Откройте заказ в админке, прочтите причину и повторите возврат.',
    },
    refund_not_in_ledger: {
      title: 'Возврата нет в учёте Telegram',
      meaning: 'Магазин записал звёзды как возвращённые, но и через час в учёте бота этого возврата нет.',
      action: 'Действуйте по разделу «refund_not_in_ledger» в docs/runbook.md: звёзд у покупателя может не быть.',
    },
    foreign_charge: {
      title: 'Чужой платёж',
      meaning:
        'Бот получил звёзды по счёту, который не относится ни к одному заказу. Ничего не доставлено и не возвращено.',
      action: 'Проверьте, что один бот работает с одним магазином и одной базой; затем верните или привяжите вручную.',
    },
    foreign_charges_stopped_sweep: {
      title: 'Сверка звёзд остановлена',
      meaning: 'За один проход нашлось несколько чужих платежей: похоже, к боту подключён ещё один магазин.',
      action: 'Прежде всего проверьте, какая база и какой токен бота используются.',
    },
    orphan_order: {
      title: 'В eSIM Go есть ничей заказ',
      meaning: 'Поставщик выполнил заказ, которого нет в магазине: он оплачен и не используется.',
      action: 'Проверьте номер в портале; если eSIM не использован, попросите eSIM Go вернуть деньги.',
    },
    top_up_on_another_esim: {
      title: 'Пополнение пришло новым eSIM',
      meaning: 'eSIM Go зачислил трафик на новый eSIM. Покупатель получил его и предупреждён.',
      action: 'Для покупателя ничего делать не нужно. Если повторится, сообщите в eSIM Go.',
    },
    iccid_already_known: {
      title: 'eSIM Go назвал уже проданный eSIM',
      meaning: 'В ответе на новый заказ указан ICCID другого заказа. Второй раз его не доставили.',
      action: 'Сверьте оба заказа в портале и доставьте или верните в админке.',
    },
    charged_back_after_delivery: {
      title: 'Звёзды отозваны после доставки',
      meaning: 'Telegram вернул оплату за доставленный eSIM. Убыток записан.',
      action: 'Проверьте в админке, отозван ли eSIM.',
    },
    esim_not_withdrawn: {
      title: 'Возвращённый тариф ещё работает',
      meaning:
        'Звёзды за выданный тариф возвращены, но на том же eSIM есть другой оплаченный, поэтому его не остановили.',
      action: 'Решите в портале eSIM Go, отзывать ли возвращённый пакет. Убыток записан.',
    },
    database_restored: {
      title: 'Эта база — старая копия',
      meaning:
        'Telegram или eSIM Go знает заказы, которых здесь нет. По ним ничего не возвращается и не покупается снова.',
      action: 'Прежде всего выполните раздел «database_restored» в docs/runbook.md.',
    },
    sealed_values_unreadable: {
      title: 'Сохранённые коды не открываются',
      meaning: 'Часть кодов активации или адресов запечатана ключом, который не задан, либо изменена.',
      action: 'Задайте ключ, которым они запечатаны, в DATA_KEY_PREVIOUS. Ничего не удалено.',
    },
    erasure_not_done: {
      title: 'Личные данные не удалены',
      meaning: 'Кто-то попросил удалить свои данные. Удаление не получилось, или что-то держит его уже три дня.',
      action: 'Выполните раздел «erasure_not_done» в docs/runbook.md. Неудачное повторяется само.',
    },
    job_failed: {
      title: 'Задача не выполнена',
      meaning: 'Обязательную работу много раз пытались выполнить, но не смогли.',
      action: 'Откройте заказ в админке и запустите снова; ошибка названа в логе.',
    },
    supplier_balance_low: {
      title: 'Баланс eSIM Go на исходе',
      meaning: 'Скоро заказы станут невозможны; магазин перестанет продавать раньше.',
      action: 'Пополните баланс в портале eSIM Go.',
    },
    supplier_refuses_key: {
      title: 'eSIM Go не принимает наш ключ',
      meaning: 'Выпустить ничего нельзя. Оплаченные заказы ждут, потом звёзды вернутся сами.',
      action: 'Проверьте ESIMGO_API_KEY в портале: Account Settings → API Details.',
    },
    supplier_unreachable: {
      title: 'eSIM Go не отвечает',
      meaning: 'Покупки закрыты, пока он не ответит. Оплаченные заказы ждут, потом звёзды вернутся сами.',
      action: 'Посмотрите страницу состояния eSIM Go; настраивать здесь нечего.',
    },
    catalogue_stale: {
      title: 'Каталог устарел',
      meaning: 'Его давно не удаётся прочитать. Магазин продаёт по последней удачной копии.',
      action: 'Запустите `npm run esimgo:probe` или загрузите прайс-лист в админке.',
    },
    prices_quarantined: {
      title: 'Себестоимость резко изменилась',
      meaning: 'У части тарифов она сдвинулась больше чем на 40 % сразу; они не продаются, пока вы не решите.',
      action: 'Примите или скройте их в админке, раздел «Цены».',
    },
    exchange_rate_missing: {
      title: 'Нет курса валюты',
      meaning:
        'eSIM Go берёт деньги в валюте, для которой в настройках цен нет курса с датой, поэтому ничего не продаётся.',
      action: 'Введите курс в админке, раздел «Цены».',
    },
    signature_failures: {
      title: 'Уведомления с неверной подписью',
      meaning: 'Кто-то обращается к вебхуку eSIM Go без нужного ключа, или ключ сменили.',
      action: 'Если ключ меняли вы, задайте ESIMGO_API_KEY_PREVIOUS; иначе опасности нет.',
    },
    error_rate: {
      title: 'Много запросов с ошибкой',
      meaning: 'Доля ответов со статусом 500 выше обычной.',
      action: 'Найдите в логе "level":"error" и начните с самого частого события.',
    },
    delivery_rate_low: {
      title: 'Доставлено меньше, чем оплачено',
      meaning: 'Доставлено ÷ оплачено ниже 95 %.',
      action: 'Откройте список «Требует внимания» в админке.',
    },
  },
  alertFacts: { order: 'Заказ', stars: 'Звёзды', detail: 'Подробности' },
} satisfies BotMessages;

export const botMessages: Record<Language, BotMessages> = { en, ru };
